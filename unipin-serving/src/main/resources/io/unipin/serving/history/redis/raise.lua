-- Stores the positions before which all erasures are made. A stored position never goes back,
-- no matter which replica writes it last. KEYS: hash of the positions (log and partition ->
-- "position time"). ARGV: for each partition the name of the log and the partition, the position
-- after the last erasure, and the latest time at which an erasure was written.
for i = 1, #ARGV, 3 do
  local position, time = ARGV[i + 1], ARGV[i + 2]
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  if known then
    local space = string.find(known, ' ', 1, true)
    local before, then_ms = string.sub(known, 1, space - 1), string.sub(known, space + 1)
    if tonumber(before) > tonumber(position) then position = before end
    if tonumber(then_ms) > tonumber(time) then time = then_ms end
  end
  redis.call('HSET', KEYS[1], ARGV[i], position .. ' ' .. time)
end
return {}
