-- Reads: one path again and again, from an address of its own each time. Argument: the path.
dofile((os.getenv("WRK_FOLDER") or "benchmarks/wrk") .. "/report.lua")

local path = nil

function init(args)
   path = args[1]
end

function request()
   local address = string.format("10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(0, 255))
   return wrk.format("GET", path, { ["accept-encoding"] = "br", ["x-forwarded-for"] = address })
end

function response(status)
   tally(status)
end
