-- Scans: every code of a file once, each under an id of its own, from gates that each wait for their answer.
-- Arguments: the path, the token, the file of codes, how many threads share it. Stops when the codes are used up.
dofile((os.getenv("WRK_FOLDER") or "benchmarks/wrk") .. "/report.lua")

local path, headers, codes, at, step = nil, nil, {}, 0, 1

function init(args)
   math.randomseed(os.time() * 64 + number)
   path, at, step = args[1], number, tonumber(args[4])
   headers = { ["content-type"] = "application/json", ["authorization"] = "Bearer " .. args[2] }
   for code in io.lines(args[3]) do
      codes[#codes + 1] = code
   end
end

local function scan_id()
   local function hex(digits)
      return string.format("%0" .. digits .. "x", math.random(0, 16 ^ digits - 1))
   end
   return hex(4) .. hex(4) .. "-" .. hex(4) .. "-4" .. hex(3) .. "-8" .. hex(3) .. "-" .. hex(6) .. hex(6)
end

function request()
   local code = codes[at]
   at = at + step
   local body = string.format('{"scan":"%s","code":"%s","gate":"Gate %d"}', scan_id(), code or "", number)
   return wrk.format("POST", path, headers, body)
end

function response(status)
   tally(status)
   if at > #codes then
      wrk.thread:stop()
   end
end
