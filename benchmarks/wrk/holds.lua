-- Best-available holds: a random performance, a party of one to four, every shopper from an address of its own.
-- Arguments: the path, then the performances' ids.
dofile((os.getenv("WRK_FOLDER") or "benchmarks/wrk") .. "/report.lua")

local path, performances = nil, {}

function init(args)
   math.randomseed(os.time() + number)
   path = args[1]
   for i = 2, #args do
      performances[i - 1] = args[i]
   end
end

function request()
   local body = string.format(
      '{"wants":[{"kind":"best","performance":"%s","party":%d}]}',
      performances[math.random(#performances)], math.random(4))
   local address = string.format("10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(0, 255))
   return wrk.format("POST", path, { ["content-type"] = "application/json", ["x-forwarded-for"] = address }, body)
end

function response(status)
   tally(status)
end
