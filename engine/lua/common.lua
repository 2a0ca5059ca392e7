-- Set before every script of this folder: how a pool, a hold and an owner lie in Redis.
--
-- KEYS[1] is the box office's serial counter, "{box office}:s". Every other key of a call carries the same hash
-- tag, hence lies in the same slot, and its name is derived from that one.
-- A pool's words are one string: epoch, change number, then a word a place, each 8 bytes little-endian.
-- A word is free below `limit`, held below CLAIMED, claimed from there on; numbers stay below 2^53, so that
-- Lua's doubles carry them exactly.
-- Lua has no rollback: a script looks at everything before it writes anything.

local call, concat, pack, unpack_struct = redis.call, table.concat, struct.pack, struct.unpack
local floor, format, rep, sub = math.floor, string.format, string.rep, string.sub

local ORIGIN_MS, SERIALS, CLAIMED = 1767225600000, 2048, 4503599627370496
local HEADER, RECORD_KEPT_MS, LOG_MAX = 16, 120000, 2048

local base = sub(KEYS[1], 1, -2)
local clock = call('TIME')
local now_us = clock[1] * 1000000 + clock[2]
local now = floor(now_us / 1000)
local limit = (now - ORIGIN_MS) * SERIALS

local function name(kind, id) return base .. kind .. ':' .. format('%.0f', id) end
local function hold_key(hold) return base .. 'h:' .. hold end
local function owner_key(owner) return base .. 'o:' .. owner end
local function whole(x) return type(x) == 'number' and x >= 0 and x == floor(x) end
local function deadline_of(word) return floor(word / SERIALS) + ORIGIN_MS end
local function lease(deadline, serial) return (deadline - ORIGIN_MS) * SERIALS + serial % SERIALS end

-- A pool as this call sees it; `length` is -1 when there are no words, or none that fill whole places.
local pools = {}
local function open(id)
  local pool = pools[id]
  if pool then return pool end
  pool = { id = id, words = name('w', id), length = -1, epoch = 0, number = 0, log = {} }
  local bytes = call('STRLEN', pool.words)
  if bytes >= HEADER and bytes % 8 == 0 then
    pool.epoch, pool.number = unpack_struct('<I8I8', call('GETRANGE', pool.words, 0, HEADER - 1))
    pool.length = (bytes - HEADER) / 8
    pool.blocks = name('b', id)
    pool.blocked = call('STRLEN', pool.blocks) > 0
    pool.before = pool.number
  end
  pools[id] = pool
  return pool
end

-- The pool's words are there and were written under some epoch: 0 marks a rebuild under way.
local function counted(pool) return pool.length >= 0 and pool.epoch > 0 end

local function words_of(pool, start, count)
  return call('GETRANGE', pool.words, HEADER + 8 * start, HEADER + 8 * (start + count) - 1)
end

-- The block codes of a run, 2 bytes a place; nil when the pool has none.
local function codes_of(pool, start, count)
  return pool.blocked and call('GETRANGE', pool.blocks, 2 * start, 2 * (start + count) - 1)
end

-- Whether the i-th place (from 0) of the run whose codes these are is on open sale, or for who may take `allow`.
local function may_take(codes, i, allow)
  if not codes then return true end
  local code = unpack_struct('<I2', codes, 2 * i + 1)
  for j = 1, #allow do
    if allow[j] == code then return true end
  end
  return code == 0
end

-- 'HELD' when the caller may take the run, else why not.
local function judge(pool, start, count, allow)
  local codes = codes_of(pool, start, count)
  for i = 0, codes and count - 1 or -1 do
    if not may_take(codes, i, allow) then return 'BLOCKED' end
  end
  local words = words_of(pool, start, count)
  for i = 0, count - 1 do
    if unpack_struct('<I8', words, 8 * i + 1) >= limit then return 'TAKEN' end
  end
  return 'HELD'
end

-- Every place of the run still carries this word.
local function carries(pool, start, count, word)
  return pool.length >= start + count and words_of(pool, start, count) == rep(pack('<I8', word), count)
end

local function write(pool, start, count, word)
  local packed = pack('<I8', word)
  call('SETRANGE', pool.words, HEADER + 8 * start, rep(packed, count))
  pool.log[#pool.log + 1] = pack('<I4I4', start, count) .. packed
end

local function append(pool, field, payload)
  pool.number = pool.number + 1
  call('SETRANGE', pool.words, 8, pack('<I8', pool.number))
  call('XADD', name('c', pool.id), 'MAXLEN', '~', LOG_MAX, format('%.0f-0', pool.number), field, payload)
end

-- The changes after number `seen`, oldest first, as {field, payload} pairs; none when more than `most` are missing.
local function changes_since(pool, seen, most)
  if seen >= pool.number or pool.number - seen > most then return {} end
  local entries, found = {}, call('XRANGE', name('c', pool.id), format('%.0f-0', seen + 1), '+')
  for i = 1, #found do entries[i] = found[i][2] end
  return entries
end

-- A run is three numbers in a flat list: pool id, first place, count.
local function each_run(runs)
  local i = -2
  return function()
    i = i + 3
    if runs[i] then return open(runs[i]), runs[i + 1], runs[i + 2] end
  end
end

-- Adds a place to a list of runs: to the last one, if it follows that.
local function add_place(runs, id, place)
  local n = #runs
  if n > 0 and runs[n - 2] == id and runs[n - 1] + runs[n] == place then
    runs[n] = runs[n] + 1
  else
    runs[n + 1], runs[n + 2], runs[n + 3] = id, place, 1
  end
end

local function places_in(runs)
  local total = 0
  for i = 3, #runs, 3 do total = total + runs[i] end
  return total
end

local function write_runs(runs, word)
  for i = 1, #runs, 3 do write(open(runs[i]), runs[i + 1], runs[i + 2], word) end
end

-- Frees what of the runs still carries the word, place by place: another's word is never touched.
local function free_runs(runs, word)
  for pool, start, count in each_run(runs) do
    if carries(pool, start, count, word) then
      write(pool, start, count, 0)
    elseif pool.length >= start + count then
      for place = start, start + count - 1 do
        if carries(pool, place, 1, word) then write(pool, place, 1, 0) end
      end
    end
  end
end

local function load_hold(hold)
  local record = call('GET', hold_key(hold))
  return record and cmsgpack.unpack(record)
end

-- Keeps a hold that is new; false when there is one of this id already.
local function save_new(hold, record, ms)
  return call('SET', hold_key(hold), cmsgpack.pack(record), 'NX', 'PX', ms + RECORD_KEPT_MS)
end

local function save_hold(hold, record)
  local kept = math.max(deadline_of(record.word) - now, 0) + RECORD_KEPT_MS
  call('SET', hold_key(hold), cmsgpack.pack(record), 'PX', kept)
end

-- What an owner holds unpaid, one string: how many places, 4 bytes, then pairs of 4 and 4, earliest first: the second in
-- which leases lapse and how many places do then. So its length is bounded by how long holds last, not by how many there
-- are, and a hold touches its end alone; what lapses counts until its second is over.
-- It is read once a call, without what has lapsed, and written once at the end.
local accounts = {}
local PAIR, PAIRS_FROM, READ_MAX = '<I4I4', 5, 1000
local function second_of(ms) return math.ceil((ms - ORIGIN_MS) / 1000) end

local function account_from(found)
  if not found then return { places = 0, ends = '' } end
  local places, from, second = unpack_struct('<I4', found), PAIRS_FROM, second_of(now)
  while from < #found do
    local lapses, lapsing = unpack_struct(PAIR, found, from)
    if lapses >= second then break end
    places, from = places - lapsing, from + 8
  end
  return { places = places, ends = sub(found, from) }
end

-- Reads many accounts at once: a call an owner would cost more than what is done with it.
local function read_accounts(owners)
  for i = 1, #owners, READ_MAX do
    local keys = {}
    for j = i, math.min(i + READ_MAX - 1, #owners) do keys[j - i + 1] = owner_key(owners[j]) end
    local found = call('MGET', unpack(keys))
    for j = 1, #keys do accounts[owners[i + j - 1]] = account_from(found[j]) end
  end
end

local function account_of(owner)
  if not accounts[owner] then read_accounts({ owner }) end
  return accounts[owner]
end

-- Adds places (or takes them away) that lapse in this second; the last pair is the likeliest.
local function book(owner, second, places)
  local account = account_of(owner)
  local ends, at, lapses, before = account.ends, #account.ends - 7, 0, 0
  while at > 0 do
    lapses, before = unpack_struct(PAIR, ends, at)
    if lapses <= second then break end
    at = at - 8
  end
  if at < 1 or lapses < second then at, before = at + 8, nil end
  local after = math.max((before or 0) + places, 0)
  local pair = after > 0 and pack(PAIR, second, after) or ''
  account.ends = sub(ends, 1, at - 1) .. pair .. sub(ends, before and at + 8 or at)
  account.places, account.changed = account.places + after - (before or 0), true
end

local function own(record, sign)
  local second, places = second_of(deadline_of(record.word)), places_in(record.runs)
  for i = 1, #record.owners do book(record.owners[i], second, (sign or 1) * places) end
end

local function disown(record) own(record, -1) end

local function save_accounts()
  for owner, account in pairs(accounts) do
    if account.changed and account.ends == '' then
      call('DEL', owner_key(owner))
    elseif account.changed then
      local kept = unpack_struct('<I4', account.ends, #account.ends - 7) * 1000 + ORIGIN_MS - now
      call('SET', owner_key(owner), pack('<I4', account.places) .. account.ends, 'PX', kept + 1)
    end
  end
end

-- 'HELD' for a hold that is in its time and whose every place carries its word, else why not.
local function standing(record)
  if not record or record.ended or record.word < limit then return 'EXPIRED' end
  for pool, start, count in each_run(record.runs) do
    if not counted(pool) then return 'NOT_READY' end
    if not carries(pool, start, count, record.word) then return 'LOST' end
  end
  return 'HELD'
end

-- Whether an order being placed keeps the hold from changing. A pin that has lapsed is taken off, so that whoever set
-- it can no longer put the hold back to the deadline it had then.
local function pinned(record)
  if record.pin and record.pinned_until < now then record.pin, record.pinned_until, record.resume = nil, nil, nil end
  return record.pin ~= nil
end

-- Moves a standing hold to another deadline; its serial stays.
local function extend(hold, record, deadline)
  local word = lease(deadline, record.word % SERIALS)
  if word == record.word then return end
  disown(record)
  record.word = word
  write_runs(record.runs, record.word)
  own(record)
end

-- The last thing a script does: one numbered change a pool, whatever was written in it, and the owners' accounts.
local function finish()
  for _, pool in pairs(pools) do
    if #pool.log > 0 then append(pool, 'd', concat(pool.log)) end
  end
  save_accounts()
end

local function end_hold(hold, record)
  disown(record)
  record.ended = true
  save_hold(hold, record)
end

-- {outcome, word, first held, runs}: what a hold looks like from outside.
local function shown(outcome, record)
  if not record then return { outcome, 0, 0, {} } end
  return { outcome, record.word, record.first, record.runs }
end
