"""POST /predict as one would write it with FastAPI, uvicorn, PyTorch and Pillow: the network `vgg` of the other peers.

usage: server_fastapi.py THREADS
Prints its port. The weights are random, which changes the answers and not the work.
"""

import socket
import sys

import numpy as np
import torch
import torch.nn as nn
import uvicorn
from fastapi import FastAPI, File, HTTPException, UploadFile
from PIL import Image, ImageOps, UnidentifiedImageError

NAMES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"


def block(channels, filters):
    return [nn.Conv2d(channels, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters), nn.ReLU()]


torch.set_num_threads(int(sys.argv[1]))
net = nn.Sequential(
    *block(1, 32), *block(32, 32), nn.MaxPool2d(2), *block(32, 64), *block(64, 64), nn.MaxPool2d(2),
    *block(64, 128), nn.Flatten(), nn.Linear(6272, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 47)).eval()
app = FastAPI()


@app.post("/predict")
def predict(file: UploadFile = File(...)):
    try:
        image = ImageOps.invert(Image.open(file.file).convert("L")).resize((28, 28))
    except UnidentifiedImageError:
        raise HTTPException(415, "not an image")
    with torch.no_grad():
        pixels = torch.from_numpy(np.asarray(image, np.float32) / 255).reshape(1, 1, 28, 28)
        probabilities, order = net(pixels).softmax(1)[0].topk(5)
    candidates = [{"label": NAMES[i], "probability": p} for i, p in zip(order.tolist(), probabilities.tolist())]
    return {"prediction": candidates[0]["label"], "confidence": candidates[0]["probability"], "candidates": candidates}


# As asyncio opens it: of a socket that does not say TCP it would not switch off Nagle's algorithm, at 40 ms a request.
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listener.bind(("127.0.0.1", 0))
listener.listen(128)
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])
