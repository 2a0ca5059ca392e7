-- Sets words to what Postgres says, each only if it is still the word that was seen.
--
-- ARGV[1], msgpack: {pool id, {place, word seen, word wanted}, ...}
-- Returns {now, words mended}

local asked, mended = cmsgpack.unpack(ARGV[1]), 0
local pool = open(asked[1])
for i = 2, #asked do
  local place, seen, wanted = unpack(asked[i])
  assert(whole(place) and whole(seen) and whole(wanted), 'words are whole numbers')
  if place < pool.length and carries(pool, place, 1, seen) then
    write(pool, place, 1, wanted)
    mended = mended + 1
  end
end
finish()
return { now, mended }
