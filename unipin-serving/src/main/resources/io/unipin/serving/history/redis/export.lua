-- Reads the whole content of one user's keys. change.lua explains the keys.
-- Answer: nothing if there is no history; else older, time and event of the floor (false if there is none), kept events,
-- dropped ids, dropped events, waiting ids, waiting retractions, unlinked ids
local meta = redis.call('HMGET', KEYS[1], 'v', 'o', 'ft', 'fe')
if not meta[1] then return {} end
if meta[1] ~= '1' then
  return redis.error_reply('UNIPIN a history of format 1 expected, got ' .. meta[1])
end
return {
  meta[2], meta[3], meta[4], redis.call('HGETALL', KEYS[2]),
  redis.call('ZRANGE', KEYS[5], 0, -1), redis.call('HGETALL', KEYS[4]),
  redis.call('ZRANGE', KEYS[7], 0, -1), redis.call('HGETALL', KEYS[6]),
  redis.call('ZRANGE', KEYS[8], 0, -1)
}
