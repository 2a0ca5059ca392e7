-- Puts a pool's words in place, whole and with their epoch, in one SET; the log starts anew.
--
-- ARGV[1], msgpack: {pool id, epoch, change number seen}; ARGV[2] the words without their header; ARGV[3] the blocks, ''
-- for none. The change number jumps to the microsecond clock: every copy sees a gap and reads the pool again.
-- Nothing is done when a place was let go of since the words were seen: its lease would come back, and be nobody's.
-- Returns {now, change number, 0 when nothing was done}

local id, epoch, seen = unpack(cmsgpack.unpack(ARGV[1]))
local words, blocks = ARGV[2], ARGV[3]
assert(whole(epoch) and epoch > 0 and #words % 8 == 0, 'an epoch, and whole words')
if open(id).number ~= seen then return { now, 0 } end
local number = math.max(seen + 1, now_us)
call('SET', name('w', id), pack('<I8I8', epoch, number) .. words)
call('DEL', name('c', id))
if #blocks > 0 then call('SET', name('b', id), blocks) else call('DEL', name('b', id)) end
return { now, number }
