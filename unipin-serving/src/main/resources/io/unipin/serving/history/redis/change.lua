-- Makes all of the given changes of one user's history, or none. io.unipin.serving.history.UserRecord does the same in
-- Java and states the rules and their bounds. A test compares the two.
--
-- KEYS, all of one slot:
--   1 hash    v format, r revision, o number of events before the floor that count, ft and fe time and event of the
--             floor, n last number that 5 or 7 used as a score, x number of kept events that are not linked
--   2 hash    kept events: id -> "revision retracted content"; 8 bytes of an id, or 12 if it is not linked
--   3 sorted  kept ids by time; ids of equal time are in the order of their bytes
--   4 hash    dropped events: id -> "revision retracted"
--   5 sorted  dropped ids in the order in which they were dropped
--   6 hash    waiting retractions: id -> revision
--   7 sorted  ids of waiting retractions in the order of arrival
--   8 sorted  unlinked ids in their order
--   9 text    fence: time of the user's last erasure, for some minutes; absent if a change is made in any case
-- ARGV: limit, spare, time of the last erasure that the caller knows, latest time at which the caller knows it, then for
-- each change five values: "+" to record or "-" to retract, id, revision, time, content
-- Answer: revision, whether something changed, forgotten retractions, then the counts of OUTCOMES; nothing if the caller
-- must ask for the last erasure again

local META, KEPT, TIMES, DROPPED, DROP_ORDER, WAITING, WAIT_ORDER, UNLINKED = unpack(KEYS)
local FORMAT = '1'
local NONE = -1
local LINKED_BYTES = 8
local TIME_BYTES = 8
local NO_EVENT = string.rep('\0', LINKED_BYTES)
local OUTCOMES = {'recorded', 'corrected', 'retracted', 'duplicate', 'unlinked', 'waiting', 'superseded'}

local call = redis.call
local FIRST_CHANGE = 5
if KEYS[9] then
  local made, clock = tonumber(call('GET', KEYS[9]) or nil), call('TIME')
  if (made and made > tonumber(ARGV[3])) or clock[1] * 1000 > tonumber(ARGV[4]) then return {} end
end
local limit, spare = tonumber(ARGV[1]), tonumber(ARGV[2])
local meta = call('HMGET', META, 'v', 'r', 'o', 'ft', 'fe', 'n', 'x')
if meta[1] and meta[1] ~= FORMAT then
  return redis.error_reply('UNIPIN a history of format ' .. FORMAT .. ' expected, got ' .. meta[1])
end
local revision = tonumber(meta[2] or '0')
local older = tonumber(meta[3] or '0')
local floor_time, floor_event = tonumber(meta[4] or nil), meta[5]
local number = tonumber(meta[6] or '0')
local loose = tonumber(meta[7] or '0')
local changed, forgotten = false, 0

-- Returns all digits of a number. Lua would shorten numbers above 1e14.
local function text(value)
  return string.format('%.0f', value)
end

-- Whether the bytes of one text come after the bytes of the other text. The operator > depends on a
-- locale.
local function above(one, other)
  for i = 1, math.min(#one, #other) do
    local left, right = string.byte(one, i), string.byte(other, i)
    if left ~= right then return left > right end
  end
  return #one > #other
end

local function versions(value)
  if not value then return nil end
  local space = string.find(value, ' ', 1, true)
  return {recorded = tonumber(string.sub(value, 1, space - 1)), retracted = tonumber(string.sub(value, space + 1))}
end

local function kept_event(id)
  local value = call('HGET', KEPT, id)
  if not value then return nil end
  local one = string.find(value, ' ', 1, true)
  local two = string.find(value, ' ', one + 1, true)
  local event = versions(string.sub(value, 1, two - 1))
  event.content = string.sub(value, two + 1)
  return event
end

local function holds(event)
  return event.recorded > event.retracted
end

local function after_floor(time, id)
  if not floor_time then return true end
  if time ~= floor_time then return time > floor_time end
  return above(id, floor_event)
end

local function next_number()
  number = number + 1
  return number
end

local function drop(id, event)
  if holds(event) then older = older + 1 end
  if #id == LINKED_BYTES then
    call('HSET', DROPPED, id, text(event.recorded) .. ' ' .. text(event.retracted))
    call('ZADD', DROP_ORDER, next_number(), id)
  end
end

local function store(id, event)
  local content = event.content
  if not holds(event) then content = string.sub(content, 1, TIME_BYTES) end
  call('HSET', KEPT, id, text(event.recorded) .. ' ' .. text(event.retracted) .. ' ' .. content)
end

local function remove(id)
  call('HDEL', KEPT, id)
  call('ZREM', TIMES, id)
end

local function add(id, time, event)
  changed = true
  if after_floor(time, id) then
    store(id, event)
    call('ZADD', TIMES, text(time), id)
  else
    remove(id)
    drop(id, event)
  end
end

-- Links an id to an unlinked event if the same action is recorded again.
local function link(id, revision, time, content)
  for _, other in ipairs(call('ZRANGEBYSCORE', TIMES, text(time), text(time))) do
    if #other ~= LINKED_BYTES and kept_event(other).content == content then
      remove(other)
      call('ZREM', UNLINKED, id)
      loose = loose - 1
      add(id, time, {recorded = revision, retracted = NONE, content = content})
      return 'duplicate'
    end
  end
  return revision == 0 and 'duplicate' or 'unlinked'
end

local function gives_way(known, revision, content)
  if revision ~= known.recorded then return revision > known.recorded end
  if holds(known) then return content ~= known.content and above(content, known.content) end
  return above(string.sub(content, 1, TIME_BYTES), known.content)
end

-- Whether a record has no effect on an event before the floor. The content of such an event is not known.
local function is_late(gone, revision, time, id)
  if not gone or revision > gone.recorded then return false end
  return revision < gone.recorded or not after_floor(time, id)
end

local function record(id, revision, time, content)
  if call('ZSCORE', UNLINKED, id) then return link(id, revision, time, content) end
  local known = kept_event(id)
  local gone = not known and versions(call('HGET', DROPPED, id)) or nil
  if known then
    if not gives_way(known, revision, content) then return 'duplicate' end
  elseif is_late(gone, revision, time, id) then
    return 'duplicate'
  end
  local event = {recorded = revision, retracted = NONE, content = content}
  if known then
    event.retracted = known.retracted
  elseif gone then
    event.retracted = gone.retracted
    call('HDEL', DROPPED, id)
    call('ZREM', DROP_ORDER, id)
    if holds(gone) then older = older - 1 end
  else
    local waiting = call('HGET', WAITING, id)
    if waiting then
      event.retracted = tonumber(waiting)
      call('HDEL', WAITING, id)
      call('ZREM', WAIT_ORDER, id)
    end
  end
  add(id, time, event)
  if not holds(event) then return 'retracted' end
  return (known or gone) and 'corrected' or 'recorded'
end

local function wait(id, revision)
  local before = call('HGET', WAITING, id)
  if before and revision <= tonumber(before) then return 'duplicate' end
  call('HSET', WAITING, id, text(revision))
  if not before then call('ZADD', WAIT_ORDER, next_number(), id) end
  changed = true
  return 'waiting'
end

local function retract(id, revision)
  if call('ZSCORE', UNLINKED, id) then return 'unlinked' end
  local known = kept_event(id)
  local event = known or versions(call('HGET', DROPPED, id))
  if not event then return wait(id, revision) end
  if revision < event.recorded then return 'superseded' end
  if revision <= event.retracted then return 'duplicate' end
  local held = holds(event)
  event.retracted = revision
  changed = true
  if known then
    store(id, event)
  else
    call('HSET', DROPPED, id, text(event.recorded) .. ' ' .. text(event.retracted))
    if held then older = older - 1 end
  end
  return held and 'retracted' or 'duplicate'
end

local function trim_kept()
  local excess = call('ZCARD', TIMES) - limit - spare
  if excess <= 0 then return end
  local oldest = call('ZRANGE', TIMES, 0, excess - 1, 'WITHSCORES')
  for i = 1, #oldest, 2 do
    local id = oldest[i]
    drop(id, kept_event(id))
    call('HDEL', KEPT, id)
    local linked = #id == LINKED_BYTES
    if not linked then loose = loose - 1 end
    floor_time, floor_event = tonumber(oldest[i + 1]), linked and id or NO_EVENT
  end
  call('ZREMRANGEBYRANK', TIMES, 0, excess - 1)
end

-- Removes the first entries of an order, and counts the retractions among them.
local function trim_order(hash, order, excess, retracts)
  if excess <= 0 then return end
  for _, id in ipairs(call('ZRANGE', order, 0, excess - 1)) do
    if retracts(call('HGET', hash, id)) then forgotten = forgotten + 1 end
    call('HDEL', hash, id)
  end
  call('ZREMRANGEBYRANK', order, 0, excess - 1)
end

local function trim()
  trim_kept()
  trim_order(DROPPED, DROP_ORDER, call('HLEN', DROPPED) - limit, function(value)
    return versions(value).retracted > NONE
  end)
  trim_order(WAITING, WAIT_ORDER, call('HLEN', WAITING) - limit, function() return true end)
  local unlinked = call('ZCARD', UNLINKED)
  local excess = unlinked + call('HLEN', KEPT) - loose + call('HLEN', DROPPED) - limit
  if unlinked > 0 and excess > 0 then call('ZREMRANGEBYRANK', UNLINKED, 0, excess - 1) end
end

local counts = {}
for i = FIRST_CHANGE, #ARGV, 5 do
  local id, version = ARGV[i + 1], tonumber(ARGV[i + 2])
  local outcome
  if ARGV[i] == '+' then
    outcome = record(id, version, tonumber(ARGV[i + 3]), ARGV[i + 4])
  else
    outcome = retract(id, version)
  end
  counts[outcome] = (counts[outcome] or 0) + 1
end

if changed then
  trim()
  -- The revision is at least the present time. So no revision is used twice, not even after an erasure or after a
  -- failover that lost changes.
  local now = call('TIME')
  revision = math.max(revision + 1, tonumber(now[1]) * 1000000 + tonumber(now[2]))
  call('HSET', META, 'v', FORMAT, 'r', text(revision), 'o', text(older), 'n', text(number), 'x', text(loose))
  if floor_time then call('HSET', META, 'ft', text(floor_time), 'fe', floor_event) end
end
local answer = {text(revision), changed and 1 or 0, forgotten}
for _, outcome in ipairs(OUTCOMES) do
  answer[#answer + 1] = counts[outcome] or 0
end
return answer
