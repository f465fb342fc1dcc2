"""Makes the binary documents in this folder, all of them invented for the tests.

python3 -m venv venv && venv/bin/pip install pillow python-docx openpyxl reportlab pypdf && venv/bin/python make.py
"""

from io import BytesIO
from pathlib import Path

import docx
import openpyxl
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

HERE = Path(__file__).parent
INVOICE = [
    "INVOICE 2026-0042",
    "Pigeon Feed Supplies Ltd, 12 Loft Lane",
    "Bill to: Homing Couriers",
    "25 kg mixed grain        38.50",
    "10 kg safflower seed     21.00",
    "Total due               59.50",
]
RECEIPT = ["RECEIPT", "Loft Lane Bakery", "2 rolls   1.80", "1 coffee  2.40", "Total     4.20"]


def picture(lines):
    image = Image.new("L", (1000, 90 + 60 * len(lines)), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 34)
    for row, line in enumerate(lines):
        draw.text((60, 45 + 60 * row), line, font=font, fill=0)
    return image


def pdf(name, pages):
    sheet = canvas.Canvas(str(HERE / name), pagesize=A4, invariant=1)
    for page in pages:
        if isinstance(page, Image.Image):
            sheet.drawImage(ImageReader(page), 0, 0, *A4)
        for row, line in enumerate(page if isinstance(page, list) else []):
            sheet.drawString(72, 770 - 20 * row, line)
        sheet.showPage()
    sheet.save()


scan = Image.new("L", (1240, 1754), 255)
scan.paste(picture(INVOICE), (100, 120))

pdf("invoice.pdf", [INVOICE])
pdf("report.pdf", [[f"Annual report, page {n}", "Pigeons carried letters."] for n in range(1, 41)])
pdf("scan.pdf", [scan])
pdf("mixed.pdf", [INVOICE, [], scan])

protected = PdfWriter(clone_from=PdfReader(HERE / "invoice.pdf"))
protected.encrypt("coo", algorithm="RC4-128")
protected.write(HERE / "protected.pdf")

restricted = PdfWriter(clone_from=PdfReader(HERE / "invoice.pdf"))
restricted.encrypt("", owner_password="coo", algorithm="RC4-128")
restricted.write(HERE / "restricted.pdf")

image = picture(INVOICE)
image.save(HERE / "scan.png", optimize=True)
image.save(HERE / "scan.jpg", quality=60)
image.save(HERE / "scan.webp", lossless=True)
image.save(HERE / "scan.gif")
image.convert("1").save(HERE / "scan.bmp")
image.convert("1").save(HERE / "scan.tiff", compression="group4", save_all=True, append_images=[picture(RECEIPT).convert("1")])

letter = docx.Document()
letter.add_heading("Employment contract", 1)
letter.add_paragraph("between Homing Couriers (the employer) and Greta Ängström (the employee).")
table = letter.add_table(rows=0, cols=2)
for left, right in [("Position", "Pigeon keeper"), ("Salary", "2,400 a month")]:
    cells = table.add_row().cells
    cells[0].text, cells[1].text = left, right
letter.save(HERE / "contract.docx")

book = openpyxl.Workbook()
book.active.title = "Expenses"
for row in [("Date", "What", "Amount"), ("2026-01-05", "Grain", 38.5), ("2026-01-19", "Rings", 12)]:
    book.active.append(row)
rings = book.create_sheet("Rings")
rings.append(("Ring", "Pigeon"))
rings.append(("BE-26-001", "Gustav"))
book.save(HERE / "expenses.xlsx")
