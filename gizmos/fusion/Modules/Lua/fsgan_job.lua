-- The job file, made of a macro's controls: the same entries in the same order as every other host writes them.

local settings = require("fsgan_settings")
local words = require("fsgan_text")

local M = {}

-- The job's text. `control` gives the value of a control by its name; `paths` holds what M.paths found, by control;
-- `host` names the program. A setting that the form does not show has no control, and its default.
function M.text(kind, control, paths, host)
  local entries = { '  "fsgan_job": ' .. settings.schema, '  "kind": ' .. words.json_string(kind) }
  local group, lines
  local function close()
    if group then table.insert(entries, string.format('  "%s": {\n%s\n  }', group, table.concat(lines, ",\n"))) end
    group = nil
  end
  for _, field in ipairs(settings.kinds[kind]) do
    if field.kind == "setting" then
      if field.group ~= group then
        close()
        group, lines = field.group, {}
      end
      local value = field.control and (paths[field.control] or control(field.control))
      if value == nil then value = field.default end
      table.insert(lines, '    "' .. field.key .. '": ' .. M.setting_text(field, value))
    else
      close()
      local value = field.kind == "pictures" and M.pictures_text(field, control, paths[field.control])
        or words.json_string(paths[field.control])
      table.insert(entries, '  "' .. field.key .. '": ' .. value)
    end
  end
  close()
  table.insert(entries, '  "host": ' .. words.json_string(host))
  return "{\n" .. table.concat(entries, ",\n") .. "\n}\n"
end

function M.pictures_text(field, control, path)
  if path == "" then return "null" end
  local layer, view = control(field.control .. "_layer"), control(field.control .. "_stereo_view")
  return string.format('{\n    "path": %s,\n    "layer": %s,\n    "stereo_view": %s\n  }', words.json_string(path),
    words.json_string(words.trimmed(layer)), words.json_string(words.trimmed(view)))
end

function M.setting_text(setting, value)
  if setting.choices then
    if type(value) == "number" then value = setting.choices[math.floor(value + 0.5) + 1] end
    return words.json_string(value)
  end
  if setting.type == "bool" then return (value == true or value == 1) and "true" or "false" end
  if setting.type == "int" or setting.type == "float" then return words.json_number(value, setting.type == "int") end
  return words.json_string(words.trimmed(value))
end

-- Every path of the job: pictures, output, files of pass 1, mattes. Raises the sentence for the artist where one makes no
-- sense here. `connected` gives the connected picture's file, for where the control is empty; `full` resolves Fusion's own
-- path names.
function M.paths(kind, control, out, connected, full)
  local paths = {}
  for _, field in ipairs(settings.kinds[kind]) do
    local names_a_file = field.kind ~= "setting" or field.type == "path"
    local said = names_a_file and words.trimmed(control(field.control)) or nil
    if field.key == "out" then
      paths[field.control] = out
    elseif said == "" and field.key == settings.kinds[kind].connected then
      paths[field.control] = M.picture_path(full(connected()), field.label)
    elseif said and field.kind ~= "path" and (said ~= "" or field.needed) then
      paths[field.control] = M.picture_path(full(said), field.label)
    elseif said then
      paths[field.control] = said == "" and "" or words.slashes(full(said))
    end
  end
  return paths
end

function M.picture_path(path, label)
  path = words.slashes(path)
  if path == "" then words.fail(label .. " is empty. Choose a sequence, a movie or a still.") end
  if not words.is_absolute(path) then
    words.fail(label .. " is " .. path .. ". Give the whole path, from the drive or from /.")
  end
  path = words.as_sequence(path)
  local _, field = words.parts_of(path)
  if (field == "" or field:match("^%d")) and not words.exists(path) then
    words.fail(path .. " does not exist. Check that its volume is mounted, or choose another file.")
  end
  return path
end

return M
