-- Writes an erasure. Positions are microseconds of Redis' clock, and never go back.
-- KEYS: erasures (hash: key -> value), order (sorted set: key by position).
-- ARGV: key, value.
local clock = redis.call('TIME')
local position = clock[1] * 1000000 + clock[2]
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
if last[2] and tonumber(last[2]) >= position then
  position = tonumber(last[2]) + 1
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], string.format('%.0f', position), ARGV[1])
return {}
