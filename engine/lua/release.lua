-- Ends a hold and frees its places: those that still carry its word.
--
-- ARGV[1], msgpack: {hold}
-- Returns {now, {outcome, word, first held, runs}}

local hold = unpack(cmsgpack.unpack(ARGV[1]))

local function release()
  local record = load_hold(hold)
  if not record or record.ended or record.word < limit then return shown('EXPIRED', record) end
  if pinned(record) then return shown('BUSY', record) end
  free_runs(record.runs, record.word)
  end_hold(hold, record)
  return shown('RELEASED', record)
end

local answer = release()
finish()
return { now, answer }
