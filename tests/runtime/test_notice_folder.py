"""Files that people put into the notices' folder."""

from __future__ import annotations

from pathlib import Path

from firmware_py.runtime.notice_folder import NoticeFolder


def test_a_file_that_names_somebody_by_an_id_number_is_refused_and_the_others_shown(
    tmp_path: Path,
) -> None:
    (tmp_path / "lost.txt").write_text("请 11010519491231002X 到咨询台", encoding="utf-8")
    (tmp_path / "open.txt").write_text("今日延时服务至 18:00", encoding="utf-8")
    folder = NoticeFolder(tmp_path)
    assert folder.look()
    assert list(folder.files) == ["open.txt"]
    said = folder.wrong["lost.txt"]
    assert "个人信息" in said.zh
    assert "personal data" in said.en
    assert "1101051949" not in said.zh + said.en
