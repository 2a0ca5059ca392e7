-- Orders: each body of a file once, each under a key of its own. Arguments: the path, the file of bodies, one a line.
dofile((os.getenv("WRK_FOLDER") or "benchmarks/wrk") .. "/report.lua")

local path, bodies, at = nil, {}, 0

function init(args)
   math.randomseed(os.time())
   path = args[1]
   for body in io.lines(args[2]) do
      bodies[#bodies + 1] = body
   end
end

function request()
   at = at + 1
   local key = string.format("order-%08d-%08x", at, math.random(0, 0x7fffffff))
   return wrk.format(
      "POST", path, { ["content-type"] = "application/json", ["idempotency-key"] = key }, bodies[at] or "{}")
end

function response(status)
   if at <= #bodies then
      tally(status)
   else
      wrk.thread:stop()
   end
end
