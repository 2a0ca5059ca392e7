-- Adds places to a hold and drops others from it; its clock goes on as it was.
--
-- ARGV[1], msgpack: {hold, change id, pools {id, epoch, places}, allow, owners {key, places at most}, wants,
-- dropped runs}
-- A change id seen last answers again without doing it twice. Returns {now, {outcome, word, first held, runs}}

local hold, id, wished, allow, owners, wants, dropped = unpack(cmsgpack.unpack(ARGV[1]))

local function drop(runs, gone)
  local kept = {}
  for i = 1, #runs, 3 do
    local start = runs[i + 1]
    for place = start, start + runs[i + 2] - 1 do
      if not overlaps(gone, runs[i], place, 1) then
        local n = #kept
        if n > 0 and kept[n - 2] == runs[i] and kept[n - 1] + kept[n] == place then
          kept[n] = kept[n] + 1
        else
          kept[n + 1], kept[n + 2], kept[n + 3] = runs[i], place, 1
        end
      end
    end
  end
  return kept
end

local function change()
  local record = load_hold(hold)
  local outcome = standing(record)
  if outcome ~= 'HELD' then return shown(outcome, record) end
  if record.change == id then return shown('HELD', record) end
  if record.pin then return shown('BUSY', record) end
  for _, pool in ipairs(wished) do
    local found = open(pool[1])
    local ready = counted(found) and found.epoch == pool[2] and found.length == pool[3]
    if not ready then return shown('NOT_READY', record) end
  end
  for _, want in ipairs(wants) do check_want(want) end
  local kept, added = drop(record.runs, dropped), {}
  outcome = choose(wants, allow, added)
  local more = places_in(added) - (places_in(record.runs) - places_in(kept))
  if outcome == 'HELD' and capped(owners, more) then outcome = 'CAPPED' end
  if outcome ~= 'HELD' then return shown(outcome, record) end
  disown(record)
  free_runs(dropped, record.word)
  write_runs(added, record.word)
  for i = 1, #added do kept[#kept + 1] = added[i] end
  record.runs, record.change = kept, id
  save_hold(hold, record)
  own(record)
  return shown('HELD', record)
end

local answer = change()
finish()
return { now, answer }
