"""Registers pages of forms by OpenCV: SIFT, the ratio test and a homography by USAC; how many, how well, how fast.

usage: registration.py FOUND_FOLDER [--set NAME=TEMPLATE_FILE ...]
FOUND_FOLDER holds a folder for each form with its pages and fields.csv (file, field, x, y, w, h, ... [quad]). The first
page of a form is the template: its boxes, mapped onto another page, are compared with the boxes there. Needs Debian's
python3-opencv.
"""
import argparse
import csv
import os
import statistics
import time

import cv2
import numpy

SETS = {"c1-forms": "c1-01.jpg", "c1-2014": "c1-2014-00.png", "bubble-id": "bubble-1.jpg", "exam-covers": "exam-1.jpg",
        "phone-forms": "dpr10_sample_01.jpg", "c1-photos": "c1-photo-4217.jpg"}


def boxes_of(folder):
    """The corners of the boxes by file and field."""
    boxes = {}
    with open(os.path.join(folder, "fields.csv"), newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            x, y, w, h = (float(row[key]) for key in "xywh")
            corners = [x, y, x + w, y, x + w, y + h, x, y + h]
            if row.get("quad"):
                corners = [float(value) for value in row["quad"].split()]
            boxes.setdefault(row["file"], {})[row["field"]] = numpy.float32(corners).reshape(4, 1, 2)
    return boxes


def features_of(image):
    """Keypoints and descriptors of the picture at about 1,200 pixels, as ours are found, and its scale."""
    scale = min(1.0, 1200 / max(image.shape))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    points, descriptors = cv2.SIFT_create(4000).detectAndCompute(small, None)
    return numpy.float32([point.pt for point in points]) / scale, descriptors


def register(template, page):
    """The homography from template to page and its inliers; None when fewer than 12 agree."""
    pairs = cv2.BFMatcher().knnMatch(template[1], page[1], k=2)
    good = [a for a, b in pairs if a.distance < 0.8 * b.distance]
    if len(good) < 12:
        return None
    source = template[0][[match.queryIdx for match in good]]
    target = page[0][[match.trainIdx for match in good]]
    matrix, inliers = cv2.findHomography(source, target, cv2.USAC_MAGSAC, 4.0)
    if matrix is None or inliers.sum() < 12:
        return None
    return matrix


def corner_errors(matrix, template, page):
    """Distances of mapped corners in template pixels; the corner that a quad begins with may differ."""
    errors = []
    for field, corners in template.items():
        if field not in page:
            continue
        mapped = cv2.perspectiveTransform(corners, matrix)[:, 0]
        truth = page[field][:, 0]
        scale = numpy.sqrt(cv2.contourArea(mapped) / max(1.0, cv2.contourArea(corners)))
        turns = [numpy.linalg.norm(mapped - numpy.roll(truth, turn, axis=0), axis=1) for turn in range(4)]
        errors += list(min(turns, key=sum) / scale)
    return errors


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("found")
parser.add_argument("--set", action="append", default=[], metavar="NAME=TEMPLATE_FILE")
options = parser.parse_args()
cv2.setNumThreads(1)
for name, first in dict(item.split("=") for item in options.set).items() or SETS.items():
    folder = os.path.join(options.found, name)
    boxes = boxes_of(folder)
    template = features_of(cv2.imread(os.path.join(folder, first), cv2.IMREAD_GRAYSCALE))
    registered, errors, seconds = 0, [], []
    pages = sorted(page for page in boxes if page != first and page.split("-")[0] == first.split("-")[0])
    for page in pages:
        image = cv2.imread(os.path.join(folder, page), cv2.IMREAD_GRAYSCALE)
        begin = time.process_time()
        matrix = register(template, features_of(image))
        seconds.append(time.process_time() - begin)
        if matrix is not None:
            registered += 1
            errors += corner_errors(matrix, boxes[first], boxes[page])
    errors.sort()
    print(f"{name:12} registered {registered}/{len(pages)}  corners: median {statistics.median(errors or [-1]):.2f}"
          f"  95 % {errors[len(errors) * 95 // 100] if errors else -1:.2f} template pixels"
          f"  {statistics.median(seconds or [0]):.2f} s a page", flush=True)
