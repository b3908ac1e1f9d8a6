-- Reads erasures in their order.
-- KEYS: erasures (hash: key -> value), order (sorted set: key by position).
-- ARGV: least position, largest number of erasures.
-- Returns the key, the value and the position of each erasure.
local answer = {}
local all = redis.call('ZRANGEBYSCORE', KEYS[2], ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #all, 2 do
  answer[#answer + 1] = all[i]
  answer[#answer + 1] = redis.call('HGET', KEYS[1], all[i]) or ''
  answer[#answer + 1] = all[i + 1]
end
return answer
