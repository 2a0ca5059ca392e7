-- Takes a pin back after an order was refused: the hold goes on to the deadline it had. One that has lost a place stays
-- as it is, and may be released again.
--
-- ARGV[1], msgpack: {hold, attempt}
-- Returns {now, {outcome, word, first held, runs}}

local hold, attempt = unpack(cmsgpack.unpack(ARGV[1]))

local function unpin()
  local record = load_hold(hold)
  local outcome = standing(record)
  if outcome ~= 'HELD' and outcome ~= 'LOST' then return shown(outcome, record) end
  if not pinned(record) then return shown(outcome, record) end
  if record.pin ~= attempt then return shown('BUSY', record) end
  local resume = record.resume
  record.pin, record.pinned_until, record.resume = nil, nil, nil
  if outcome == 'LOST' then
    save_hold(hold, record)
    return shown('LOST', record)
  end
  if resume < now then
    free_runs(record.runs, record.word)
    end_hold(hold, record)
    return shown('EXPIRED', record)
  end
  extend(hold, record, resume)
  save_hold(hold, record)
  return shown('HELD', record)
end

local answer = unpin()
finish()
return { now, answer }
