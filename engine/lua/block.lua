-- Takes places off sale or gives them back: 0 is open sale, any other code is for those who may take it.
--
-- ARGV[1], msgpack: {pool id, code, first place, count, ...}
-- Leases are not touched: a place held by a shopper stays theirs. Returns {now, outcome}

local asked = cmsgpack.unpack(ARGV[1])
local pool, code = open(asked[1]), asked[2]
assert(whole(code) and code < 65536, 'a code is 16 bits')
if not counted(pool) then return { now, 'NOT_READY' } end
for i = 3, #asked, 2 do
  local inside = whole(asked[i]) and whole(asked[i + 1]) and asked[i] + asked[i + 1] <= pool.length
  assert(inside, 'a run lies beyond its pool')
end

if not pool.blocked then call('SET', pool.blocks, rep('\0', 2 * pool.length)) end
local log = {}
for i = 3, #asked, 2 do
  local start, count = asked[i], asked[i + 1]
  call('SETRANGE', pool.blocks, 2 * start, rep(pack('<I2', code), count))
  log[#log + 1] = pack('<I4I4I8', start, count, code)
end
append(pool, 'b', concat(log))
return { now, 'HELD' }
