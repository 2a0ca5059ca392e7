-- Takes places for many holds, one after the other, each all or nothing.
--
-- ARGV[1], msgpack: {log entries wanted at most, pools, items}
--   pool: {id, epoch expected, places expected, last change number seen}
--   item: {hold, digest, milliseconds, allow, owners {key, places at most}, wants}
-- A hold that exists already answers as it did the first time, whatever is asked now.
-- Returns {now, {change number, changes} a pool, {outcome, word, first held, runs} an item}

local most, wished, items = unpack(cmsgpack.unpack(ARGV[1]))
local ready = {}
for _, pool in ipairs(wished) do
  local found = open(pool[1])
  ready[pool[1]] = counted(found) and found.epoch == pool[2] and found.length == pool[3]
end

local function is_ready(want)
  if want[1] == 1 then return ready[want[2]] end
  for _, runs in ipairs(want[2]) do
    for i = 1, #runs, 3 do
      if not ready[runs[i]] then return false end
    end
  end
  return true
end

for _, item in ipairs(items) do
  assert(#item[1] == 32 and whole(item[3]) and item[3] > 0, 'a hold is 32 hex digits and ends in the future')
  for _, want in ipairs(item[6]) do
    if is_ready(want) then check_want(want) end
  end
end

-- The answer to a request that cannot be met now: the first one, if it was met before.
local function refused(hold, digest, outcome)
  local record = load_hold(hold)
  if not record then return { outcome, 0, 0, {} } end
  if record.digest ~= digest then return { 'REUSED', 0, 0, {} } end
  return shown(standing(record), record)
end

local function take(item, serial)
  local hold, digest, ms, allow, owners, wants = unpack(item)
  local outcome, chosen = 'HELD', {}
  for i = 1, #wants do
    if not is_ready(wants[i]) then outcome = 'NOT_READY' end
  end
  if outcome == 'HELD' then outcome = choose(wants, allow, chosen) end
  if outcome == 'HELD' and capped(owners, places_in(chosen)) then outcome = 'CAPPED' end
  if outcome ~= 'HELD' then return refused(hold, digest, outcome) end
  local keys = {}
  for i = 1, #owners do keys[i] = owners[i][1] end
  local record = { word = lease(now + ms, serial), first = now, digest = digest, runs = chosen, owners = keys }
  if not save_new(hold, record, ms) then return refused(hold, digest, 'REUSED') end
  write_runs(chosen, record.word)
  own(record)
  return shown('HELD', record)
end

local last = call('INCRBY', KEYS[1], #items)
local answers = {}
for i, item in ipairs(items) do answers[i] = take(item, last - #items + i) end
finish()

local states = {}
for i, pool in ipairs(wished) do
  local found = open(pool[1])
  states[i] = { found.number, ready[pool[1]] and changes_since(found, pool[4], most) or {} }
end
return { now, states, answers }
