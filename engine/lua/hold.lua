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

local owners, listed = {}, {}
for _, item in ipairs(items) do
  assert(#item[1] == 32 and whole(item[3]) and item[3] > 0, 'a hold is 32 hex digits and ends in the future')
  for _, want in ipairs(item[6]) do
    if ready[want[2]] then check_want(want) end
  end
  for _, owner in ipairs(item[5]) do
    if not listed[owner[1]] then owners[#owners + 1], listed[owner[1]] = owner[1], true end
  end
end
read_accounts(owners)

-- The answer to a request that cannot be met now: the first one, if it was met before.
local function refused(hold, digest, outcome)
  local record = load_hold(hold)
  if not record then return { outcome, 0, 0, {} } end
  if record.digest ~= digest then return { 'REUSED', 0, 0, {} } end
  return shown(standing(record), record)
end

local function capped(owners, more)
  for _, owner in ipairs(owners) do
    if account_of(owner[1]).places + more > owner[2] then return true end
  end
  return false
end

local function take(item, serial)
  local hold, digest, ms, allow, owners, wants = unpack(item)
  local outcome, chosen = 'HELD', {}
  for i = 1, #wants do
    if not ready[wants[i][2]] then outcome = 'NOT_READY' end
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
