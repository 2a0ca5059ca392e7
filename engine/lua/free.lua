-- Frees places whose claim was deleted, and remembers the serial so that a late settle cannot bring it back.
--
-- ARGV[1], msgpack: {{pool id, place, serial, ...}, ...}
-- A place that carries a lease or a newer claim is left alone. Returns {now, words freed}

local FREED_KEPT_MS = 3600000
local asked, freed = cmsgpack.unpack(ARGV[1]), 0

for _, claims in ipairs(asked) do
  for j = 1, #claims do assert(whole(claims[j]), 'claims are whole numbers') end
end

for _, claims in ipairs(asked) do
  local pool, key = open(claims[1]), name('f', claims[1])
  for j = 2, #claims, 2 do
    local place, serial = claims[j], claims[j + 1]
    if serial > (tonumber(call('HGET', key, place) or false) or -1) then call('HSET', key, place, serial) end
    if place < pool.length and carries(pool, place, 1, CLAIMED + serial) then
      write(pool, place, 1, 0)
      freed = freed + 1
    end
  end
  call('PEXPIRE', key, FREED_KEPT_MS)
end
finish()
return { now, freed }
