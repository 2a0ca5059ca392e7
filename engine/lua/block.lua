-- Takes places off sale or gives them back: 0 is open sale, any other code is for those who may take it.
--
-- ARGV[1], msgpack: {pool id, code, first place, count, ...}
-- Leases are not touched: a place held by a shopper stays theirs. Returns {now, outcome}

local call = cmsgpack.unpack(ARGV[1])
local pool, code = open(call[1]), call[2]
assert(whole(code) and code < 65536, 'a code is 16 bits')
if not counted(pool) then return { now, 'NOT_READY' } end
for i = 3, #call, 2 do
  assert(whole(call[i]) and whole(call[i + 1]) and call[i] + call[i + 1] <= pool.length, 'a run lies beyond its pool')
end

if not pool.blocked then redis.call('SET', pool.blocks, string.rep('\0', 2 * pool.length)) end
local log = {}
for i = 3, #call, 2 do
  local start, count = call[i], call[i + 1]
  redis.call('SETRANGE', pool.blocks, 2 * start, string.rep(struct.pack('<I2', code), count))
  log[#log + 1] = struct.pack('<I4I4I8', start, count, code)
end
append(pool, 'b', table.concat(log))
return { now, 'HELD' }
