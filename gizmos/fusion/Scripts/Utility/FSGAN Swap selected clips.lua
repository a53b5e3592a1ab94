-- Workspace > Scripts: swap the face in the clips with the clip colour Pink, or in the one under the playhead.
local root = fusion:MapPath("UserPaths:")
local found, edit = pcall(require, "fsgan_edit")
if not found then
  package.path = root .. "/Modules/Lua/?.lua;" .. package.path
  found, edit = pcall(require, "fsgan_edit")
end
if found then
  edit.swap_selected_clips(resolve, root .. "/FSGAN", { say = print, wait = bmd.wait, createdir = bmd.createdir })
else
  print("FSGAN is not installed for this program. Run: fsgan install resolve")
end
