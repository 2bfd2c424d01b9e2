-- What the scripts of wrk (https://github.com/wg/wrk, SCRIPTING) have in common.
math.randomseed(os.time())

local hex = "0123456789abcdef"

-- A value of so many hexadecimal digits, drawn anew.
function value(length)
  local digits = {}
  for at = 1, length do
    local digit = math.random(16)
    digits[at] = hex:sub(digit, digit)
  end
  return table.concat(digits)
end

-- What wrk tells in the end, as one line of JSON.
function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    'RESULT {"count":%d,"microseconds":%d,"p50":%d,"p99":%d,"failed":%d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
