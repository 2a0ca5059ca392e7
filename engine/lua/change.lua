-- Adds places to a hold and drops others from it; its clock goes on as it was.
--
-- ARGV[1], msgpack: {hold, change id, pools {id, epoch, places}, allow, owners {key, places at most}, wants,
--                    dropped runs, places at most in one hold}
-- A change id seen last answers again without doing it twice. From then on the hold counts for these owners too.
-- Returns {now, {outcome, word, first held, runs}}

local hold, id, wished, allow, owners, wants, dropped, most = unpack(cmsgpack.unpack(ARGV[1]))

-- The runs in two lists: what is kept, and what is among `gone`.
local function part(runs, gone)
  local marked, kept, parted = {}, {}, {}
  for i = 1, #gone, 3 do
    local places = marked[gone[i]] or {}
    marked[gone[i]] = places
    for place = gone[i + 1], gone[i + 1] + gone[i + 2] - 1 do places[place] = true end
  end
  for i = 1, #runs, 3 do
    local places = marked[runs[i]] or {}
    for place = runs[i + 1], runs[i + 1] + runs[i + 2] - 1 do
      add_place(places[place] and parted or kept, runs[i], place)
    end
  end
  return kept, parted
end

local function owned_by(record, owner)
  for i = 1, #record.owners do
    if record.owners[i] == owner then return true end
  end
  return false
end

-- Whether the hold, or one of the owners, would come to have too many places. To let go of some is never refused.
local function too_many(record, before, after)
  if after <= before then return false end
  if after > most then return true end
  for _, owner in ipairs(owners) do
    local counted = owned_by(record, owner[1]) and before or 0
    if account_of(owner[1]).places - counted + after > owner[2] then return true end
  end
  return false
end

local function change()
  local record = load_hold(hold)
  local outcome = standing(record)
  if outcome ~= 'HELD' then return shown(outcome, record) end
  if record.change == id then return shown('HELD', record) end
  if pinned(record) then return shown('BUSY', record) end
  for _, pool in ipairs(wished) do
    local found = open(pool[1])
    local ready = counted(found) and found.epoch == pool[2] and found.length == pool[3]
    if not ready then return shown('NOT_READY', record) end
  end
  for _, want in ipairs(wants) do check_want(want) end
  local kept, parted = part(record.runs, dropped)
  local added = {}
  outcome = choose(wants, allow, added)
  if outcome == 'HELD' and too_many(record, places_in(record.runs), places_in(kept) + places_in(added)) then
    outcome = 'CAPPED'
  end
  if outcome ~= 'HELD' then return shown(outcome, record) end
  disown(record)
  free_runs(parted, record.word)
  write_runs(added, record.word)
  for i = 1, #added do kept[#kept + 1] = added[i] end
  record.runs, record.change = kept, id
  for _, owner in ipairs(owners) do
    if not owned_by(record, owner[1]) then record.owners[#record.owners + 1] = owner[1] end
  end
  save_hold(hold, record)
  own(record)
  return shown('HELD', record)
end

local answer = change()
finish()
return { now, answer }
