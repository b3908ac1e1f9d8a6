-- Replaces the whole content of one user's keys. change.lua explains the keys.
-- ARGV: older, time and event of the floor (empty if there is none), number of kept events that are not linked, then the
-- numbers of kept, dropped, waiting and unlinked entries, then the entries:
--   kept: id, time, value; dropped: id, value; waiting: id, revision; unlinked: id
local META, KEPT, TIMES, DROPPED, DROP_ORDER, WAITING, WAIT_ORDER, UNLINKED = unpack(KEYS)
local call = redis.call
local before = tonumber(call('HGET', META, 'r') or '0')
for _, key in ipairs(KEYS) do call('DEL', key) end
local at, number = 9, 0
local function take()
  at = at + 1
  return ARGV[at - 1]
end
for _ = 1, tonumber(ARGV[5]) do
  local id, time, value = take(), take(), take()
  call('HSET', KEPT, id, value)
  call('ZADD', TIMES, time, id)
end
local function ordered(hash, order, count)
  for _ = 1, tonumber(count) do
    local id, value = take(), take()
    number = number + 1
    call('HSET', hash, id, value)
    call('ZADD', order, number, id)
  end
end
ordered(DROPPED, DROP_ORDER, ARGV[6])
ordered(WAITING, WAIT_ORDER, ARGV[7])
for i = 1, tonumber(ARGV[8]) do call('ZADD', UNLINKED, i, take()) end
local now = call('TIME')
local revision = math.max(before + 1, tonumber(now[1]) * 1000000 + tonumber(now[2]))
call('HSET', META, 'v', '1', 'r', string.format('%.0f', revision), 'o', ARGV[1],
  'n', string.format('%.0f', number), 'x', ARGV[4])
if ARGV[2] ~= '' then call('HSET', META, 'ft', ARGV[2], 'fe', ARGV[3]) end
return {1}
