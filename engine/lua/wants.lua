-- Choosing places for a hold: set between common.lua and the scripts that take places.
--
-- A want is {0, pool id, options}: the first of its options (flat lists of runs of that pool) that is wholly free; or
-- {1, pool id, count, suggestions, ranges}: any `count` places of the ranges, the suggested ones first
-- (both flat lists of first place and count).

local SCAN_MAX = 512

local function check_run(pool, start, count)
  if not (whole(start) and whole(count) and count > 0) then error('a run is whole numbers') end
  if pool.length >= 0 and start + count > pool.length then error('a run lies beyond its pool') end
end

local function check_want(want)
  local pool = open(want[2])
  if want[1] == 0 then
    for _, runs in ipairs(want[3]) do
      assert(#runs > 0 and #runs % 3 == 0, 'runs come in threes')
      for i = 1, #runs, 3 do
        if runs[i] ~= want[2] then error('a want is of one pool') end
        check_run(pool, runs[i + 1], runs[i + 2])
      end
    end
  else
    assert(whole(want[3]) and want[3] > 0, 'a count is a whole number')
    for _, list in ipairs({ want[4], want[5] }) do
      for i = 1, #list, 2 do check_run(pool, list[i], list[i + 1]) end
    end
  end
end

-- Whether a run meets one that this hold has chosen already.
local function overlaps(chosen, id, start, count)
  for i = 1, #chosen, 3 do
    if chosen[i] == id and start < chosen[i + 1] + chosen[i + 2] and chosen[i + 1] < start + count then return true end
  end
  return false
end

local function choose_option(want, allow, chosen)
  local why = 'NO_FIT'
  for _, runs in ipairs(want[3]) do
    local outcome = 'HELD'
    for i = 1, #runs, 3 do
      local pool, start, count = open(runs[i]), runs[i + 1], runs[i + 2]
      outcome = overlaps(chosen, pool.id, start, count) and 'TAKEN' or judge(pool, start, count, allow)
      if outcome ~= 'HELD' then break end
    end
    if outcome == 'HELD' then
      for i = 1, #runs do chosen[#chosen + 1] = runs[i] end
      return 'HELD'
    end
    if why ~= 'TAKEN' then why = outcome end
  end
  return why
end

-- Takes up to `left` places out of start..start+count-1; returns how many are still missing.
local function gather(pool, start, count, left, allow, chosen)
  while count > 0 and left > 0 do
    local step = math.min(count, SCAN_MAX)
    local words, codes = words_of(pool, start, step), codes_of(pool, start, step)
    for i = 0, step - 1 do
      if left == 0 then break end
      if unpack_struct('<I8', words, 8 * i + 1) < limit and may_take(codes, i, allow)
         and not overlaps(chosen, pool.id, start + i, 1) then
        add_place(chosen, pool.id, start + i)
        left = left - 1
      end
    end
    start, count = start + step, count - step
  end
  return left
end

-- How many places were left of ranges that fell short, for who may take what: within a call there can only be fewer
-- later on, so those who ask for more need no look at each of them again.
local short = {}

local function choose_any(want, allow, chosen)
  local pool, count, left = open(want[2]), want[3], want[3]
  local ranges = cmsgpack.pack({ pool.id, want[5], allow })
  if short[ranges] and count > short[ranges] then return 'SOLD_OUT' end
  local first = not overlaps(chosen, pool.id, 0, pool.length)
  for _, list in ipairs({ want[4], want[5] }) do
    for i = 1, #list, 2 do
      if left > 0 then left = gather(pool, list[i], list[i + 1], left, allow, chosen) end
    end
  end
  if left == 0 then return 'HELD' end
  if first then short[ranges] = count - left end
  return 'SOLD_OUT'
end

-- Appends to `chosen` places for every want, or says why not. Nothing is written.
local function choose(wants, allow, chosen)
  for _, want in ipairs(wants) do
    local outcome
    if want[1] == 0 then outcome = choose_option(want, allow, chosen) else outcome = choose_any(want, allow, chosen) end
    if outcome ~= 'HELD' then return outcome end
  end
  return 'HELD'
end
