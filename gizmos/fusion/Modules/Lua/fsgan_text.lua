-- Text that crosses a border: JSON, file names with frame numbers, words for a shell, whole files. Plain Lua 5.1; knows
-- nothing of Fusion.

local M = {}

M.on_windows = package.config:sub(1, 1) == "\\"

-- An error whose text is meant for the artist.
function M.fail(sentence) error({ sentence = sentence }, 0) end

function M.trimmed(value) return (tostring(value == nil and "" or value):match("^%s*(.-)%s*$")) end

-- JSON ----------------------------------------------------------------------------------------------------------------

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

function M.json_string(value)
  return '"' .. value:gsub('[%c"\\]', function(c) return escapes[c] or string.format("\\u%04x", c:byte()) end) .. '"'
end

function M.json_number(value, whole)
  if whole then return string.format("%d", math.floor(value + 0.5)) end
  local said = string.format("%.14g", value)
  return said:find("[%.en]") and said or said .. ".0"
end

local function utf8(code)
  if code < 0x80 then return string.char(code) end
  if code < 0x800 then return string.char(0xC0 + math.floor(code / 64), 0x80 + code % 64) end
  local tail = string.char(0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
  if code < 0x10000 then return string.char(0xE0 + math.floor(code / 4096)) .. tail end
  return string.char(0xF0 + math.floor(code / 262144), 0x80 + math.floor(code / 4096) % 64) .. tail
end

local plain = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

function M.json_text(quoted)
  local high
  return (quoted:gsub("\\(.)(%x?%x?%x?%x?)", function(sign, hex)
    if sign ~= "u" then return (plain[sign] or sign) .. hex end
    local code = tonumber(hex, 16)
    if code >= 0xD800 and code < 0xDC00 then high = code; return "" end
    if code >= 0xDC00 and code < 0xE000 and high then
      code, high = 0x10000 + (high - 0xD800) * 1024 + code - 0xDC00, nil
    end
    return utf8(code)
  end))
end

-- A flat JSON object: texts, numbers, true and false by name. nil for anything else, such as a line that is half written.
function M.flat_object(said)
  if not said:match("^%s*{.*}%s*$") then return nil end
  local found, at = {}, said:find("{", 1, true) + 1
  while true do
    local _, stop, name = said:find('^%s*,?%s*"([%w_]+)"%s*:%s*', at)
    if not stop then break end
    at = stop + 1
    if said:sub(at, at) == '"' then
      local close = at + 1
      while said:sub(close, close) ~= '"' do
        if close > #said then return nil end
        close = close + (said:sub(close, close) == "\\" and 2 or 1)
      end
      found[name], at = M.json_text(said:sub(at + 1, close - 1)), close + 1
    else
      local word = said:match("^[^,}%s]+", at)
      if not word then return nil end
      if word == "true" or word == "false" then found[name] = word == "true" else found[name] = tonumber(word) end
      at = at + #word
    end
  end
  return said:match("^%s*}%s*$", at) and found or nil
end

-- One event of the engine.
function M.event(line)
  local event = M.flat_object(line)
  return event and event.event and event or nil
end

-- Paths ---------------------------------------------------------------------------------------------------------------

function M.exists(path)
  local stream = io.open(path, "rb")
  if stream then stream:close() end
  return stream ~= nil
end

function M.slashes(path) return (path:gsub("\\", "/")) end
function M.is_absolute(path) return path:match("^[/\\]") ~= nil or path:match("^%a:[/\\]") ~= nil end

-- The frame number's place in a file name: what stands before, the field or the digits, and the extension.
function M.parts_of(path)
  local base, extension = path:match("^(.*)(%.[^./\\]+)$")
  if not base then return path, "", "" end
  for _, pattern in ipairs({ "^(.*[._-])(%%%d*d)$", "^(.*[._-])(#+)$", "^(.*[._-])(@+)$", "^(.*[._-])(%d+)$" }) do
    local stem, field = base:match(pattern)
    if stem then return stem, field, extension end
  end
  return base, "", extension
end

function M.at_frame(path, frame)
  local stem, field, extension = M.parts_of(path)
  if field == "" or field:match("^%d") then return path end
  local width = tonumber(field:match("^%%0(%d+)d$")) or (field:sub(1, 1) ~= "%" and #field) or 1
  return stem .. string.format("%0" .. width .. "d", frame) .. extension
end

-- One file of a sequence, as a file dialog gives it, stands for the whole sequence where a neighbour is there too.
function M.as_sequence(path)
  local stem, field, extension = M.parts_of(path)
  if not field:match("^%d") then return path end
  local number, width = tonumber(field), #field
  for _, neighbour in ipairs({ number + 1, number - 1 }) do
    if neighbour >= 0 and M.exists(stem .. string.format("%0" .. width .. "d", neighbour) .. extension) then
      return stem .. "%0" .. width .. "d" .. extension
    end
  end
  return path
end

function M.output_stem(out)
  local stem, field, extension = M.parts_of(out)
  if field == "" or field:match("^%d") then return out:sub(1, #out - #extension) end
  stem = stem:gsub("[._-]$", "")
  return stem:match("[/\\]$") and stem .. "frames" or stem
end

-- The file of one layer beside the result: out.%04d.exr gives out_fsgan_matte.%04d.exr.
function M.layer_path(out, layer)
  local stem, field, extension = M.parts_of(out)
  local mark = field ~= "" and stem:match("([._])$") or ""
  if field ~= "" and mark == "" then return stem .. field .. "_" .. layer .. extension end
  return stem:sub(1, #stem - #mark) .. "_" .. layer .. mark .. field .. extension
end

-- Files and the shell -------------------------------------------------------------------------------------------------

function M.read_all(path)
  local stream = path and io.open(path, "rb")
  if not stream then return nil end
  local content = stream:read("*a")
  stream:close()
  return content
end

function M.write(path, content)
  local stream, problem = io.open(path, "wb")
  if not stream then
    M.fail("The output folder cannot be written to (" .. tostring(problem) .. "). Choose another Output or change its "
      .. "permissions.")
  end
  stream:write(content)
  stream:close()
end

function M.quoted(word)
  if M.on_windows then return '"' .. word:gsub("/", "\\") .. '"' end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

return M
