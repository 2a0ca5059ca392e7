-- Gives a hold its time anew, counted from now, never beyond the longest it may last since it was first held.
--
-- ARGV[1], msgpack: {hold, milliseconds, milliseconds at most since first held}
-- Returns {now, {outcome, word, first held, runs}}

local hold, ms, ms_max = unpack(cmsgpack.unpack(ARGV[1]))
assert(whole(ms) and whole(ms_max), 'times are whole milliseconds')

local function renew()
  local record = load_hold(hold)
  local outcome = standing(record)
  if outcome ~= 'HELD' then return shown(outcome, record) end
  if pinned(record) then return shown('BUSY', record) end
  local deadline = math.min(now + ms, record.first + ms_max)
  if deadline > deadline_of(record.word) then
    extend(hold, record, deadline)
    save_hold(hold, record)
  end
  return shown('RENEWED', record)
end

local answer = renew()
finish()
return { now, answer }
