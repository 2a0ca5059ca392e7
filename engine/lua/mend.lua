-- Sets words to what Postgres says, each only if it is still the word that was seen.
--
-- ARGV[1], msgpack: {pool id, {place, word seen, word wanted}, ...}
-- Returns {now, words mended}

local call, mended = cmsgpack.unpack(ARGV[1]), 0
local pool = open(call[1])
for i = 2, #call do
  local place, seen, wanted = unpack(call[i])
  assert(whole(place) and whole(seen) and whole(wanted), 'words are whole numbers')
  if place < pool.length and carries(pool, place, 1, seen) then
    write(pool, place, 1, wanted)
    mended = mended + 1
  end
end
finish()
return { now, mended }
