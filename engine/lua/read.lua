-- Looks without touching: a hold, or pools.
--
-- ARGV[1], msgpack: {'hold', hold} or {'pools', log entries wanted at most, {id, epoch, last change number seen}, ...}
-- A pool whose log no longer reaches back to what was seen is given whole.
-- Returns {now, {outcome, word, first held, runs}}
--      or: {now, {{epoch, change number, changes, words, blocks}, ...}}; words and blocks are '' unless whole

local what, most = unpack(cmsgpack.unpack(ARGV[1]))

local function read_pool(id, epoch, seen)
  local pool = open(id)
  if pool.length < 0 then return { 0, 0, {}, '', '' } end
  if pool.epoch == epoch and seen > 0 and seen <= pool.number and pool.number - seen <= most then
    local changes = changes_since(pool, seen, most)
    if #changes == pool.number - seen then return { pool.epoch, pool.number, changes, '', '' } end
  end
  return { pool.epoch, pool.number, {}, call('GET', pool.words), call('GET', pool.blocks) or '' }
end

if what == 'hold' then
  local record = load_hold(most)
  return { now, shown(standing(record), record) }
end
local states, wished = {}, cmsgpack.unpack(ARGV[1])
for i = 3, #wished do states[#states + 1] = read_pool(unpack(wished[i])) end
return { now, states }
