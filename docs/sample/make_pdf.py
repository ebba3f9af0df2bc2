"""Writes the two PDF documents of the sample corpus: text in, paged PDF with a real text layer out.

Needs reportlab 4.4. Uses the base-14 Helvetica faces, so nothing is embedded and files stay small;
`invariant=1` keeps dates and ids out of the file, so the same script writes the same bytes.
"""

import sys
from pathlib import Path

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (BaseDocTemplate, Frame, PageBreak, PageTemplate,
                                Paragraph, Spacer, Table, TableStyle)

INK = HexColor("#1d2a33")
RULE = HexColor("#8a9aa5")
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10.5, leading=15, alignment=TA_LEFT,
                      textColor=INK, spaceAfter=7)
CELL = ParagraphStyle("cell", parent=BODY, fontSize=9.5, leading=12.5, spaceAfter=0)
HEAD = ParagraphStyle("head", parent=CELL, fontName="Helvetica-Bold")
ITEM = ParagraphStyle("item", parent=BODY, leftIndent=16, bulletIndent=2, spaceAfter=4)
NOTE = ParagraphStyle("note", parent=BODY, leftIndent=12, borderPadding=4, fontName="Helvetica-Bold")
H1 = ParagraphStyle("h1", parent=BODY, fontName="Helvetica-Bold", fontSize=20, leading=25, spaceAfter=6)
H2 = ParagraphStyle("h2", parent=BODY, fontName="Helvetica-Bold", fontSize=14, leading=18,
                    spaceBefore=12, spaceAfter=6, keepWithNext=1)
H3 = ParagraphStyle("h3", parent=BODY, fontName="Helvetica-Bold", fontSize=11.5, leading=15,
                    spaceBefore=6, spaceAfter=4, keepWithNext=1)


class Manual(BaseDocTemplate):
    """A4 with a running head, a page number, and an outline entry per heading."""

    def __init__(self, path, title, running):
        super().__init__(str(path), pagesize=A4, title=title, author="Tarrin Sound Cableway Society Limited",
                         leftMargin=25 * mm, rightMargin=25 * mm, topMargin=27 * mm, bottomMargin=24 * mm,
                         invariant=1, lang="en-GB")
        self.running = running
        frame = Frame(self.leftMargin, self.bottomMargin, self.width, self.height, id="text")
        self.addPageTemplates(PageTemplate(id="page", frames=[frame], onPage=self.furniture))

    def furniture(self, canvas, _doc):
        canvas.saveState()
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(RULE)
        canvas.drawString(25 * mm, A4[1] - 17 * mm, self.running)
        canvas.drawRightString(A4[0] - 25 * mm, 14 * mm, f"Page {canvas.getPageNumber()}")
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.4)
        canvas.line(25 * mm, A4[1] - 19 * mm, A4[0] - 25 * mm, A4[1] - 19 * mm)
        canvas.restoreState()

    def afterFlowable(self, flowable):
        level = {"h1": 0, "h2": 0, "h3": 1}.get(getattr(getattr(flowable, "style", None), "name", ""))
        if level is not None and flowable.style.name != "h1":
            key = f"s{self.seq.nextf('outline')}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, level, closed=False)


def p(text):
    return Paragraph(text, BODY)


def items(lines, numbered=False, start=1):
    """One paragraph per item; the bullet or the number is part of the text layer."""
    return [Paragraph(line, ITEM, bulletText=f"{start + n}." if numbered else "\u2022")
            for n, line in enumerate(lines)]


def table(rows, widths):
    cells = [[Paragraph(cell, HEAD if r == 0 else CELL) for cell in row] for r, row in enumerate(rows)]
    made = Table(cells, colWidths=[w * mm for w in widths], repeatRows=1, hAlign="LEFT")
    made.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.4, RULE), ("VALIGN", (0, 0), (-1, -1), "TOP"),
                              ("BACKGROUND", (0, 0), (-1, 0), HexColor("#e7edf0")),
                              ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 4)]))
    return [made, Spacer(1, 9)]


def maintenance_manual():
    return [
        Paragraph("Drive and Rope Maintenance Manual", H1),
        p("DM-2, revision C, April 2019. For the workshop at Clavie Head and the island crew at Ardbeck. "
          "Approved by Callum Strachan, Chief Engineer. Revision B of 2011 is to be destroyed."),

        Paragraph("1 Scope and safety", H2),
        p("This manual covers the drive, the ropes, the cabin carriages and the Return Tension Carriage. It does "
          "not cover the buildings or the radio. Lowering people from a stopped cabin is described in the "
          "evacuation plan EP-1."),
        p("Nobody works on a carriage, a rope or the drive unless the line is locked out. Lock-out means that the "
          "main isolator is open, the personal padlock of each person working is on the hasp, and the key of the "
          "emergency drive is in that person's pocket. The person who put a padlock on is the only one who may "
          "take it off."),
        p("Two people are present whenever the guards of the drive are off. The exception is the daily look at the "
          "gearbox oil glass, which one person may do through the inspection flap."),

        Paragraph("2 Description", H2),
        Paragraph("2.1 Drive", H3),
        p("A 45 kW motor turns the drive sheave through a two-stage gearbox. The service brake acts on the motor "
          "shaft and is released by current; the emergency brake acts on the sheave rim and is released by oil "
          "pressure. Loss of either current or pressure stops the line within 9 metres at normal speed."),
        Paragraph("2.2 Emergency drive", H3),
        p("If the motor or its supply fails, a hydraulic motor driven by a small diesel engine is coupled to the "
          "sheave by hand. It moves the cabins at 0.4 metres per second. The diesel tank holds 20 litres, enough "
          "for five hours; it is topped up when it falls below the red line at 12 litres."),
        Paragraph("2.3 Ropes and tension", H3),
        p("Each cabin runs on one locked-coil track rope of 32 millimetres, anchored at Ardbeck and tensioned by a "
          "concrete block in the pit at Clavie Head. The haul rope of 16 millimetres is kept taut by the "
          "Return Tension Carriage, a weighted trolley on a sloping rail at Ardbeck. Its travel is 2.4 metres; the "
          "normal position on a dry day at 10 degrees is between the marks 90 and 130."),
        p("A load cell in the deflection sheave measures the tension. If it leaves the band of 28 to 36 kilonewtons, "
          "the line stops with fault code TS-226, nearly always because the carriage cannot move freely on its rail."),

        Paragraph("3 Routine checks", H2),
        Paragraph("3.1 Daily, before the first cabin", H3),
        *items([
            "Read the oil glass of the gearbox and the pressure gauge of the emergency brake (95 to 110 bar).",
            "Run both cabins empty over the full line and listen at the tower microphone.",
            "Trip the service brake once and note the stopping distance.",
            "Try both cabin doors: the desk must show open and closed correctly.",
            "Read the position of the Return Tension Carriage by camera and write it in the log.",
        ], numbered=True),
        Paragraph("3.2 Weekly, on Sunday or on the first quiet day", H3),
        *items([
            "Grease the track wheels: four strokes each of calcium grease, no more.",
            "Start the emergency drive and run it coupled for ten minutes.",
            "Wipe the anemometer and compare its reading with the hand instrument.",
            "Clean the rail of the tension carriage; in frost, fit the scraper.",
            "Inspect the haul rope socket on each carriage for broken wires.",
        ], numbered=True),
        Paragraph("3.3 Monthly", H3),
        *items([
            "Walk the tower ladder and inspect both saddles, with harness and a second person at the foot.",
            "Measure the elongation of the haul rope at the painted marks.",
            "Test every emergency stop: two at each station, one in each cabin.",
            "Change the desiccant of the control cabinet.",
        ], numbered=True),
        Paragraph("3.4 Yearly", H3),
        p("The carriages are lifted off one after the other in the first fortnight of March and inspected by an "
          "independent surveyor. The line may run with a single cabin in the meantime, at reduced speed, with a "
          "counterweight of 400 kilograms on the empty hanger."),

        Paragraph("4 Carriages and brakes", H2),
        Paragraph("4.1 Track rope brake", H3),
        p("The track rope brake clamps the track rope when the haul rope goes slack. It is sprung on and held open "
          "by the pull of the haul rope. Dropping tests are made without load, once a year, after the surveyor's "
          "visit."),
        p("Linings new are 10.0 mm thick. "
          "Renew the linings when the thinner side is below 6.0 mm. "
          "All four pieces of a carriage are renewed together, even if only one is worn. Linings contaminated with "
          "grease are renewed whatever their thickness; they cannot be cleaned."),
        *table([
            ["Value", "New", "Limit"],
            ["Brake lining, thinner side", "10.0 mm", "6.0 mm"],
            ["Spring force of the brake", "12.0 kN", "10.5 kN"],
            ["Track wheel tread", "18 mm", "11 mm"],
            ["Play of the hanger pin", "0.2 mm", "0.9 mm"],
            ["Stopping distance, service brake", "5.5 m", "9.0 m"],
        ], [80, 35, 35]),
        Paragraph("4.2 Hanger", H3),
        p("The hanger is fixed to the carriage by eight bolts M20. "
          "Hanger bolts are tightened to 160 Nm, crosswise, with a calibrated wrench, and marked with paint. A "
          "bolt that turns when checked is replaced, not tightened again. Washers are used once."),
        Paragraph("4.3 Swing sensor", H3),
        p("A pendulum switch in each carriage stops the line when the cabin swings sideways by more than 14 "
          "degrees for longer than half a second. It is deliberately not adjustable."),

        Paragraph("5 Fault codes", H2),
        p("The control desk shows a code and stops the line. The operator reports the code by radio, word for word, "
          "before anything is touched. A code is cleared with the blue button; clearing a code twice within an "
          "hour without finding its cause is not allowed."),
        *table([
            ["Code", "Meaning", "What to do"],
            ["TS-104", "Door of a cabin open or switch not made", "Ask the attendant to look. Do not bridge the switch."],
            ["TS-117", "Door switches disagree", "Empty the cabin at the next station; exchange the switch."],
            ["TS-203", "Oil pressure of emergency brake low", "Check the pump and the hose. No running below 95 bar."],
            ["TS-212", "Motor too warm", "Wait for 70 degrees; look for a dragging brake."],
            ["TS-226", "Haul rope tension outside its band", "Inspect the tension carriage rail at Ardbeck for ice or stones."],
            ["TS-231", "Cabin swing beyond 14 degrees", "Inspect hanger and ropes from both sides before restart."],
            ["TS-262", "Speed differs from set value", "Check the encoder belt. Use the emergency drive to clear the line."],
            ["TS-305", "Anemometer silent or frozen", "Act according to the wind policy in force."],
            ["TS-318", "Radio link to Ardbeck lost", "Stop after the present crossing. Use the telephone."],
            ["TS-440", "Battery of the control cabinet weak", "Finish the day; change the battery before the next."],
        ], [18, 57, 82]),
        p("Codes not in this table come from the motor inverter and begin with F. Write down the number and call "
          "the electrician on duty."),

        Paragraph("6 Rope care", H2),
        p("The haul rope is lubricated twice a year, in April and in October, on a dry day with less than 4 m/s of "
          "wind. The compound is warmed to 40 degrees and applied with the drip box at the tower. The track ropes are "
          "never lubricated from outside; the maker has filled them for life."),
        p("A haul rope is discarded when six broken wires are found on a length of 96 millimetres, when its "
          "diameter has fallen by 7 per cent, or after lightning, whatever it looks like. Each track rope is shifted "
          "by 12 metres every eighth year, so that no part rests on a saddle for longer; the next shift is due in "
          "2027."),
        Paragraph("6.1 Magnetic testing", H3),
        p("Every third year all ropes are tested magnetically by a firm from outside. Until its report is in hand "
          "the previous one remains valid, except after a lightning strike, when the line stays closed until the "
          "new report has been read and signed."),

        Paragraph("7 Lubricants and stores", H2),
        *table([
            ["Use", "Product class", "Kept at"],
            ["Gearbox", "Mineral oil, ISO VG 220, 38 litres", "Clavie Head, bay 2"],
            ["Track wheels", "Calcium grease, water-resistant", "Both stations"],
            ["Haul rope", "Bitumen-free rope compound", "Clavie Head, bay 4"],
            ["Emergency brake", "Hydraulic oil, ISO VG 32", "Clavie Head, bay 2"],
        ], [38, 72, 47]),
        p("Spare parts are ordered from Aebersold by article number and never by description. A spare haul rope of 1,300 "
          "metres lies on its drum in the long shed and is turned by a quarter every first Monday, so that it "
          "does not sag. Drum and rope together weigh 1.4 tonnes."),
    ]


def evacuation_plan():
    return [
        Paragraph("Line Evacuation Plan", H1),
        p("EP-1, issue 6, May 2024. Held at both stations, in both cabins, at the coastguard station at Rennick "
          "Point and by every member of the rescue team. Author: Tomasz Wilk. Next review: May 2026."),

        Paragraph("1 When this plan applies", H2),
        p("This plan applies when a cabin with people in it has stopped between the stations and cannot be moved "
          "by the main drive. It does not apply to an empty cabin, however inconvenient."),
        p("The first aim is always to bring the cabin home with the emergency drive. Lowering people on a rope is "
          "safe but slow, and the sea below is cold in every month. "
          "Lowering begins no later than 60 minutes after the stop, unless the cabin is already moving under "
          "the emergency drive. It begins at once if there is fire or if a passenger's life is in danger."),

        Paragraph("2 Who does what", H2),
        *table([
            ["Role", "Who", "First task"],
            ["In charge", "The SDL", "Call out the team; keep the log"],
            ["Winch and ropes", "Two trained lowerers", "Fetch the kit; reach the cabin by rescue trolley"],
            ["In the cabin", "The attendant", "Count heads; report injuries, cold and fear"],
            ["On the water", "Rennick inshore boat", "Stand by below, upwind of the cabin"],
            ["Ashore", "Operations Manager", "Families, press, hot drinks"],
        ], [35, 45, 77]),
        p("The call-out number of the rescue team is 01632 960455. It rings eleven telephones at once. If fewer "
          "than four people have answered after ten minutes, the SDL asks the coastguard for help."),

        Paragraph("3 Talking to the passengers", H2),
        p("Tell them the truth, early, and again every ten minutes, even if nothing has changed. Never promise a "
          "time. Ask whether anyone takes medicine that cannot wait. The attendant opens the roof hatch only when "
          "the lowerer on top has knocked twice."),

        Paragraph("4 The Line Rescue Kit", H2),
        p("Each station keeps one kit in two sealed red bags. The seal is checked daily and the contents twice a "
          "year, in March and September. A kit with a broken seal counts as missing, and without a kit at both "
          "stations no passengers are carried. A complete kit consists of the following nine things:"),
        *items([
            "lowering device with 60 metres of rope",
            "spare rope of 60 metres, in its own sack",
            "six rescue triangles, two of them for children",
            "two full harnesses for the lowerers",
        ], numbered=True),
        PageBreak(),
        *items([
            "a rescue trolley for the track rope, with its brake",
            "two helmets with lamps",
            "a handheld radio with a charged spare battery",
            "four foil blankets and a first-aid pouch",
            "a knife with a rounded tip",
        ], numbered=True, start=5),
        p("Stretchers are not part of the kit. They hang in the boat house at Clavie Head and in the nurse's "
          "garage on the island."),

        Paragraph("5 Lowering", H2),
        *items([
            "Two lowerers ride the trolley to the cabin and clip themselves to the carriage, not to the cabin.",
            "The attendant fits the first triangle. Children go after one adult and before the others.",
            "One person is lowered at a time into the boat. Allow four minutes for each.",
            "The attendant is lowered last but for the lowerers.",
            "With wind above 15 m/s at the Needle nobody is lowered, except to escape a fire.",
        ], numbered=True),
        p("Over the rocks at the foot of the Needle, roughly 40 metres to each side of the tower, the boat cannot "
          "come close. There people are brought up to the tower platform instead and wait in the shelter, which has "
          "room for ten."),

        Paragraph("6 Afterwards", H2),
        p("Everyone who was in the cabin is seen by the nurse before going home, whether they wish it or not. The "
          "SDL closes the log, seals it in an envelope and hands it to the Chief Engineer. The line stays closed "
          "until he has signed for it. Passengers are written to within a week and are given back their fare."),

        Paragraph("7 Exercises", H2),
        p("The whole plan is exercised every April with volunteers in the cabin, and the call-out alone every "
          "October without warning. At the last full exercise, on 20 April 2024, eight people were brought down in "
          "47 minutes from the call. The weakest point was the trolley brake, which has since been replaced."),
    ]


def main():
    out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "public" / "sample")
    for name, title, running, story in [
        ("maintenance-manual.pdf", "Drive and Rope Maintenance Manual DM-2",
         "Tarrin Sound Cableway - DM-2 Drive and Rope Maintenance Manual - revision C", maintenance_manual()),
        ("evacuation-plan.pdf", "Line Evacuation Plan EP-1",
         "Tarrin Sound Cableway - EP-1 Line Evacuation Plan - issue 6", evacuation_plan()),
    ]:
        Manual(out / name, title, running).build(story)
        print(f"wrote {name}, {(out / name).stat().st_size} bytes")


if __name__ == "__main__":
    main()
