-- Keeps a hold for the time an order takes to be written: while pinned it is neither renewed, changed nor released.
--
-- ARGV[1], msgpack: {hold, attempt, milliseconds}
-- The same attempt may pin again (its first reply was lost); another one waits until the pin has lapsed, be it that the
-- hold itself goes on for longer.
-- Returns {now, {outcome, word, first held, runs}, {pool id, epoch, ...}}

local hold, attempt, ms = unpack(cmsgpack.unpack(ARGV[1]))
assert(#attempt > 0 and whole(ms) and ms > 0, 'a pin names its attempt and lasts')

local epochs = {}
local function pin()
  local record = load_hold(hold)
  local outcome = standing(record)
  if outcome ~= 'HELD' then return shown(outcome, record) end
  if pinned(record) and record.pin ~= attempt then return shown('BUSY', record) end
  record.resume = record.resume or deadline_of(record.word)
  record.pin, record.pinned_until = attempt, math.max(record.pinned_until or 0, now + ms)
  extend(hold, record, math.max(deadline_of(record.word), now + ms))
  save_hold(hold, record)
  for pool in each_run(record.runs) do
    epochs[#epochs + 1] = pool.id
    epochs[#epochs + 1] = pool.epoch
  end
  return shown('PINNED', record)
end

local answer = pin()
finish()
return { now, answer, epochs }
