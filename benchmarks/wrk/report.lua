-- What every script here tells at the end, as one line of JSON: answers by status, and times in microseconds.
-- `tally` counts in each thread; wrk's own summary cannot tell 201 from 200.
local threads = {}

function setup(thread)
   table.insert(threads, thread)
   thread:set("number", #threads)
end

function tally(status)
   statuses = statuses or {}
   statuses[status] = (statuses[status] or 0) + 1
end

function done(summary, latency, requests)
   local total = {}
   for _, thread in ipairs(threads) do
      for status, count in pairs(thread:get("statuses") or {}) do
         total[status] = (total[status] or 0) + count
      end
   end
   local parts = {}
   for status, count in pairs(total) do
      table.insert(parts, string.format('"%d":%d', status, count))
   end
   local errors = summary.errors
   print(string.format(
      '{"statuses":{%s},"seconds":%.6f,"p50_us":%d,"p99_us":%d,"lost":%d}',
      table.concat(parts, ","), summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
      errors.connect + errors.read + errors.write + errors.timeout))
end
