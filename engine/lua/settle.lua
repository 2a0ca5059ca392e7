-- Writes claimed words over whatever lies there, and ends the hold they came from.
--
-- ARGV[1], msgpack: {hold or '', {pool id, place, serial, ...}, ...}
-- Order does not matter: the highest serial wins, and a serial that was freed already is not written. A pool that
-- is not there is left out: whoever rebuilds it reads the claims. Returns {now, words written}

local CLAIM_MAX = 4503599627370495
local asked = cmsgpack.unpack(ARGV[1])

local function freed_of(pool, claims)
  local key, places = name('f', pool.id), {}
  if call('EXISTS', key) == 0 then return {} end
  for i = 2, #claims, 2 do places[#places + 1] = claims[i] end
  return call('HMGET', key, unpack(places))
end

for i = 2, #asked do
  for j = 1, #asked[i] do assert(whole(asked[i][j]) and asked[i][j] <= CLAIM_MAX, 'claims are whole numbers') end
end

local written = 0
for i = 2, #asked do
  local claims = asked[i]
  local pool = open(claims[1])
  local freed = freed_of(pool, claims)
  for j = 2, #claims, 2 do
    local place, serial = claims[j], claims[j + 1]
    local gone = tonumber(freed[j / 2] or false) or -1
    if place < pool.length and serial > gone then
      if unpack_struct('<I8', words_of(pool, place, 1)) < CLAIMED + serial then
        write(pool, place, 1, CLAIMED + serial)
        written = written + 1
      end
    end
  end
end

local record = #asked[1] > 0 and load_hold(asked[1])
if record and not record.ended then
  free_runs(record.runs, record.word)
  end_hold(asked[1], record)
end
finish()
return { now, written }
