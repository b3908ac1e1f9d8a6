-- Confirms an erasure, if the replica still has its name.
-- KEYS: cards (hash: name -> JSON), confirmations of the erasure (hash: name -> 0 or 1).
-- ARGV: name, instance, whether data existed (0 or 1), seconds after which the answers are dropped.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if not known or cjson.decode(known).instance ~= ARGV[2] then
  return {0}
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[4])
return {1}
