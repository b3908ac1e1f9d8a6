-- Renews the lease of a replica, and lists all replicas.
-- KEYS: cards (hash: name -> JSON), seen (sorted set: name by milliseconds).
-- ARGV: name, card, instance, start of the process, milliseconds of silence after which a replica is
-- forgotten, and the same for a replica whose disk is lost when it stops.
-- Returns 1, or 0 if a process that started later has the name; the time; then for each replica its
-- name, its card and its last sign of life.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local held = 1
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then
  local card = cjson.decode(known)
  local mine = tonumber(ARGV[4])
  local later = card.startedMs > mine or (card.startedMs == mine and card.instance > ARGV[3])
  if card.instance ~= ARGV[3] and not card.stopped and later then
    held = 0
  end
end
if held == 1 then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('ZADD', KEYS[2], now, ARGV[1])
end
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[6])) do
  local card = cjson.decode(redis.call('HGET', KEYS[1], name) or '{}')
  if card.ephemeral or tonumber(redis.call('ZSCORE', KEYS[2], name)) < now - ARGV[5] then
    redis.call('HDEL', KEYS[1], name)
    redis.call('ZREM', KEYS[2], name)
  end
end
local answer = {held, now}
local all = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
for i = 1, #all, 2 do
  answer[#answer + 1] = all[i]
  answer[#answer + 1] = redis.call('HGET', KEYS[1], all[i]) or '{}'
  answer[#answer + 1] = all[i + 1]
end
return answer
