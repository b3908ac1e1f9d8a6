-- Writes one chunk of a user's rows under one model, together with the list of these chunks. Then removes the rows of
-- other models that were not written for a time to live.
-- KEYS: the user's hash, the mark of the user's erasure
-- ARGV: first part of the model's fields; time of this write and time to live, in milliseconds; the list that the
-- writer saw, or nothing; the list after this write; field of the chunk; the chunk; fields to remove. Without a chunk,
-- only the time of the write changes.
-- Answer: 1; or 0 if the user was erased lately; or 2 if another server wrote meanwhile. Then nothing changes.
if redis.call('EXISTS', KEYS[2]) == 1 then return {0} end
if (redis.call('HGET', KEYS[1], ARGV[1] .. 'x') or '') ~= ARGV[4] then return {2} end
redis.call('HSET', KEYS[1], ARGV[1] .. 'x', ARGV[5], ARGV[1] .. 't', ARGV[2])
if #ARGV > 5 then redis.call('HSET', KEYS[1], ARGV[6], ARGV[7]) end
if #ARGV > 7 then redis.call('HDEL', KEYS[1], unpack(ARGV, 8)) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])

local others = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local model = string.match(field, '^.*:')
  if model and model ~= ARGV[1] then
    others[model] = others[model] or {}
    table.insert(others[model], field)
  end
end
for model, fields in pairs(others) do
  local written = tonumber(redis.call('HGET', KEYS[1], model .. 't'))
  if not written then -- by a server that notes no times
    redis.call('HSET', KEYS[1], model .. 't', ARGV[2])
  elseif math.abs(ARGV[2] - written) > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], unpack(fields))
  end
end
return {1}
