"""Writes the two DOCX documents of the sample corpus: heading styles, real lists, tables and a real footnote.

Needs python-docx 1.2, which knows nothing of footnotes: the part, its relation and the reference mark are added by hand.
Dates are fixed and the zip is written again without time stamps, so the same script writes the same bytes.
"""

import datetime
import io
import sys
import zipfile
from pathlib import Path

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from lxml import etree

FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"


def begin(title, author):
    document = Document()
    core = document.core_properties
    core.title, core.author, core.comments, core.language = title, author, "", "en-GB"
    core.created = core.modified = datetime.datetime(2025, 4, 1, 9, 0, 0)
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(11)
    return document


def add_footnote(document, paragraph, text, number=1):
    """Adds the footnotes part with one note, and its mark at the end of `paragraph`."""
    xml = (f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:footnotes {nsdecls("w")}>'
           '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
           '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
           f'<w:footnote w:id="{number}"><w:p><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>'
           f'<w:r><w:t xml:space="preserve"> {text}</w:t></w:r></w:p></w:footnote></w:footnotes>')
    part = Part(PackURI("/word/footnotes.xml"), FOOTNOTES, xml.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    run = paragraph.add_run()
    properties = run._r.get_or_add_rPr()
    properties.append(parse_xml(f'<w:vertAlign {nsdecls("w")} w:val="superscript"/>'))
    mark = OxmlElement("w:footnoteReference")
    mark.set(qn("w:id"), str(number))
    run._r.append(mark)


def table(document, rows):
    made = document.add_table(rows=0, cols=len(rows[0]))
    made.style = "Table Grid"
    for n, row in enumerate(rows):
        for cell, text in zip(made.add_row().cells, row):
            cell.text = ""
            cell.paragraphs[0].add_run(text).bold = n == 0
    document.add_paragraph()
    return made


def save(document, path):
    # Word 2010's private copy of the styles is larger than everything else together.
    for key, relation in list(document.part.rels.items()):
        if relation.reltype.endswith("/stylesWithEffects"):
            del document.part.rels[key]
    raw = io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for name in old.namelist():
            if name == "docProps/thumbnail.jpeg":
                continue
            data = old.read(name)
            if name == "_rels/.rels":
                data = without_thumbnail(data)
            new.writestr(zipfile.ZipInfo(name, (2025, 4, 1, 9, 0, 0)), data, zipfile.ZIP_DEFLATED, 9)
    print(f"wrote {path.name}, {path.stat().st_size} bytes")


def without_thumbnail(relations):
    """The template's preview picture shows an empty page: neither it nor its relation is wanted."""
    root = parse_xml(relations)
    for relation in list(root):
        if relation.get("Type", "").endswith("/thumbnail"):
            root.remove(relation)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def board_minutes(path):
    d = begin("Minutes of the Board, 12 March 2025", "Rhona Baird")
    h, p = d.add_heading, d.add_paragraph
    h("Minutes of the Board", 0)
    p("Tarrin Sound Cableway Society Limited. Meeting held on Wednesday 12 March 2025 at 18:30 in the waiting room at "
      "Clavie Head, by radio link with the schoolroom on Tarrin.")
    h("1. Attendance", 1)
    p("Present: Ishbel Nairn (chair), Priya Menon (Treasurer), Ewan Leask, Alasdair Groat, Jean Foubister, Martin Oyelaran, "
      "Sheena Rendall, Peter Isbister. In attendance: Morag Ellery, Callum Strachan, Rhona Baird (minutes). Apologies: none.")
    p("The minutes of 15 January 2025 were approved with one correction: the party that complained about the bothy numbered "
      "six, not sixteen.")
    h("2. Accounts for 2024", 1)
    p("The Treasurer presented the figures, which the accountant has seen but not yet signed. All sums are in pounds.")
    made = table(d, [
        ["Item", "Budget 2024", "Actual 2024", "Budget 2025"],
        ["Passenger fares", "141,200", "144,860", "149,500"],
        ["Freight and livestock", "43,000", "44,870", "45,500"],
        ["County access grant", "185,000", "185,000", "185,000"],
        ["Wages and pensions", "262,000", "268,300", "274,000"],
        ["Ropes and machinery", "52,000", "47,150", "51,000"],
        ["Insurance", "17,900", "18,600", "24,200"],
        ["Energy and office", "33,500", "31,260", "30,500"],
    ])
    add_footnote(d, made.rows[6].cells[2].paragraphs[0],
                 "Not included: the public liability supplement of 4,150 pounds for 2024, which was invoiced only in "
                 "January 2025 and will be added before the accounts are signed.")
    p("Mr Oyelaran asked why less was spent on machinery than planned. Mr Strachan replied that the magnetic rope test had "
      "been moved to May 2025 at the testing firm's request. The Board noted the accounts.")
    h("3. Orders from Switzerland", 1)
    p("Mr Strachan reported on the surveyor's visit of 4 March and on the maker's bulletin TM 2024-11. Stainless washers will "
      "be fitted to both carriages during the closed days from 24 to 26 March, and the bolts tightened to the new figure. He asked for one "
      "set of brake linings.")
    p("Agreed: to order one set of brake linings at the price given in the bulletin. For all orders in 2025 the Society "
      "reckons with a rate of 0.88 pounds to the Swiss franc; the Treasurer has bought francs forward at that rate. Freight "
      "and duty are booked separately.")
    h("4. Sunday service", 1)
    p("Ms Ellery put forward a paper on Sunday running, requested by eleven island households and by the cafe. Mr Leask "
      "said that other households valued one quiet day in seven and that the attendants on Tarrin had not been asked. After "
      "a long discussion the Board resolved, by six votes to two:")
    p("Sunday service will run on trial from 4 May to 28 September 2025, from 10:00 to 16:00.", style="List Bullet")
    p("There will be no cabin on Sunday 6 July, the day of the island communion.", style="List Bullet")
    p("Attendants volunteer for Sundays and are paid time and a half.", style="List Bullet")
    p("The trial is reported on in October and lapses unless it is renewed.", style="List Bullet")
    p("Mr Leask and Ms Rendall asked for their votes against to be recorded. The website is to be corrected before Easter.")
    h("5. Wind", 1)
    p("The SDLs report that issue 4 of the policy has cost four further closed days since October compared with the old limits. Ms Foubister "
      "asked whether the gust limit might be raised again in summer. Mr Strachan advised against it and no motion was made.")
    h("6. Complaints and thanks", 1)
    p("Two complaints were received in the quarter, one about the bothy and one about a ram. The passengers of the crossing of 14 "
      "November 2023 have sent a framed photograph of Kirsty Moar, which will hang at Ardbeck.")
    h("7. Dates", 1)
    p("The annual general meeting takes place on Saturday 21 June 2025 at 14:00 in the schoolroom; members cross free of charge on "
      "that day. Next Board meeting: Wednesday 14 May 2025. The meeting closed at 21:10.")
    save(d, path)


def staff_handbook(path):
    d = begin("Staff Handbook 2025", "Morag Ellery")
    h, p = d.add_heading, d.add_paragraph

    def bullets(*lines):
        for line in lines:
            p(line, style="List Bullet")

    h("Staff Handbook", 0)
    p("Edition of January 2025. For everyone employed by the Tarrin Sound Cableway Society. Questions to Morag Ellery, "
      "Operations Manager.")
    h("1. Welcome", 1)
    p("You work on a line that people depend on for bread, school and the doctor. Most days are uneventful, and that is how we like it. "
      "This handbook tells you what you may expect from us and what we expect from you. Where it differs from your contract, "
      "the contract counts; where it differs from the wind policy or the evacuation plan, they count.")
    h("2. Your day", 1)
    h("2.1 Shifts", 2)
    p("There are two shifts in summer, 06:45 to 13:30 and 13:00 to 20:00, and one in winter, 07:15 to 17:30 with an hour's break. The "
      "overlap at lunch is for handing over, not for two lunches. The rota is posted four weeks ahead. You may swap with a colleague of "
      "the same qualification if the SDL has agreed before the shift begins.")
    h("2.2 Coming to work", 2)
    p("Staff who live on one side and work on the other cross free of charge, with priority on the first and last cabins. If wind keeps you "
      "on the wrong side you are paid for the shift and, if needed, for a bunk in the bothy.")
    h("2.3 Clothing", 2)
    p("You receive a jacket, two fleeces and safety boots, renewed every third year or when worn through. Boots of your own choice are "
      "refunded up to 110 pounds. Scarves, hoods with cords and rings are not worn on the platform.")
    h("2.4 Pay and expenses", 2)
    p("Wages are paid on the 25th, or on the last working day before it. Hours beyond the rota are written on the green sheet and signed by "
      "the SDL of that day; they are paid in the following month or taken as time off, as you prefer. Journeys on the Society's "
      "business in your own car are refunded at 45 pence a mile. Keep the receipts for anything above ten pounds. Tips are shared out at "
      "Christmas among all attendants of both stations, by hours worked.")
    h("3. On the platform", 1)
    p("Count people in and count them out, aloud. Nobody boards a moving cabin. Freight is weighed; guessing is allowed only for sheep, at "
      "55 kilograms each. A passenger who is drunk may be refused, politely and once. A passenger who has been refused is not "
      "left alone on the pier after dark.")
    p("Keep the yellow line clear until the cabin has been latched and you have heard the click. If you have not heard the click, it is "
      "not latched. In frost, salt the platform before the first cabin and again whenever you would think twice about running on "
      "it. Snow is cleared towards the sea side, where nobody walks.")
    p("Livestock boards before people and leaves after them. The floor is hosed between loads, and a cabin that has carried sheep does not "
      "carry bread until it has been hosed twice. Dogs in work travel with their shepherd.")
    p("Cash is counted at the end of the shift by two people. A difference of up to five pounds is entered in the book; above that, "
      "telephone the office before you go home.")
    h("4. Radio and working alone", 1)
    p("Channel 8 is ours, channel 16 belongs to the sea. Say who you call, then who you are, then what you want. Batteries are changed at the "
      "beginning of every shift, charged or not. When both attendants are at their posts, a radio check every two hours is enough.")
    p("Out of season Ardbeck is often staffed by one person. An attendant alone at Ardbeck calls Clavie Head every 40 minutes, and at once "
      "before and after stepping onto the tension carriage rail. If a call is ten minutes late, the SDL telephones the cottage; if nobody "
      "answers there, the next cabin takes a second person across, and the SDL does not wait for the timetable.")
    p("Alone, you do not lift more than 25 kilograms, do not climb, and do not open the machinery guards. You may load post and light freight, sell "
      "tickets and sweep.")
    h("5. Training", 1)
    bullets("Attendant: six days with a colleague, a written test, and a descent on the rope.",
            "Lowerer: attendant for a year, then a four-day course at the climbing hall in Rennick, repeated every two years.",
            "SDL: two winters as attendant or mechanic, an examination by the Chief Engineer, and a medical every three years.")
    p("Time spent in training is paid as work. Exercises in April and October count as training.")
    h("6. Leave and illness", 1)
    p("Full-time staff have 30 days of leave, part-time staff in proportion. No leave is granted from 1 July to 20 August, except to staff with "
      "children at school, who may take up to eight days. Up to five days may be carried into the next year and must be used by "
      "the end of March.")
    p("If you are ill, ring the SDL before your shift, not after. A doctor's note is needed from the eighth day. Sick pay is full "
      "pay for eight weeks and half pay for eight more.")
    h("7. Telephones, photographs, visitors", 1)
    p("Private telephones stay in the locker while a cabin is moving. You may be photographed by visitors and may refuse. Journalists are "
      "referred to the chair. Drones are reported, not argued with. Found things are kept for three months and then given to the school fair, "
      "except spectacles and teeth, which are kept for a year.")
    h("8. When something goes wrong", 1)
    p("Report every near miss on the yellow card, on the same day; a card has never been held against anyone and never will be. Injuries, even "
      "small ones, go into the accident book. Only the Chief Engineer or the SDL speaks to the inspectorate. If you believe that something unsafe is "
      "being done, say stop: everybody may stop the line, and only the SDL may start it again.")
    h("9. Leaving us", 1)
    p("Notice is four weeks on either side during the first two years and eight weeks afterwards. Return keys, radio, padlock and rescue harness to the "
      "workshop; the harness is destroyed, however new it looks. You keep the jacket. Ms Ellery invites everyone who leaves to a "
      "conversation, and what is said there is passed on only if you wish it. Former staff cross at the resident fare for life.")
    save(d, path)


def main():
    out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "public" / "sample")
    board_minutes(out / "board-minutes-2025-03-12.docx")
    staff_handbook(out / "staff-handbook-2025.docx")


if __name__ == "__main__":
    main()
