-- Marks a pool as being rebuilt (epoch 0: every hold answers NOT_READY) and gives its words as they are.
--
-- What only lets go of places (release, settle, free) still does so, and numbers its change: see rebuild.lua.
-- ARGV[1], msgpack: {pool id}. Returns {now, words or ''}

local pool = open(cmsgpack.unpack(ARGV[1])[1])
if pool.length < 0 then return { now, '' } end
call('SETRANGE', pool.words, 0, pack('<I8', 0))
return { now, call('GET', pool.words) }
