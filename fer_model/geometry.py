"""How a face is held, from the points of its mesh. Pure: points in, numbers out.

Angles are those of the face against the line from it to the camera, so a student at the edge of the picture who looks
into the camera has a yaw of about 0, and no focal length has to be guessed. The axes are taken from the mesh itself:

- across: from the person's right to the left, the sum over pairs of points that mirror each other;
- up: from the chin to the top of the forehead, made square to it; a face with that line upright has a pitch of 0;
- ahead: square to both, out of the face.

So no model of a face is fitted to the points (as with Kabsch 1976 or OpenCV's ``solvePnP``), of which the second takes
a guess of the focal length into the yaw. How steady this is on the clips: benchmarks/geometry.py and its result.

Rotations are read as yaw, then pitch, then roll about the face's own axes, the order in which a neck makes them.
"""

import numpy as np

from fer_model.reading import Geometry

# MediaPipe's numbers of points, the person's right first. Corners of the eyes, of the mouth, temples, forehead, jaw.
_PAIRS = np.array(
    [(33, 263), (133, 362), (61, 291), (127, 356), (234, 454), (54, 284), (67, 297), (132, 361), (136, 365)]
)
_FOREHEAD, _CHIN = 10, 152

# p1 to p6 of the eye aspect ratio: outer corner, upper lid twice, inner corner, lower lid twice.
_RIGHT_EYE = (33, 160, 158, 133, 153, 144)
_LEFT_EYE = (263, 387, 385, 362, 380, 373)
# Inner edge of the lips: corners, then pairs from above to below.
_MOUTH_CORNERS = (78, 308)
_LIPS = np.array([(82, 87), (13, 14), (312, 317)])


def geometry(points: np.ndarray) -> Geometry:
    """All of it, from the (468, 3) points of ``FaceLandmarks.find``."""
    yaw_deg, pitch_deg, roll_deg = head_pose_deg(points)
    return Geometry(yaw_deg, pitch_deg, roll_deg, eyes_open(points), mouth_open(points))


def head_pose_deg(points: np.ndarray) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees; signs as in ``Geometry``.

    Args:
        points: (468, 3); x to the right of the picture, y down, z away from the camera.
    """
    upright = np.asarray(points, np.float64) * (1, -1, -1)  # y up, z towards the camera: right-handed
    across = (upright[_PAIRS[:, 1]] - upright[_PAIRS[:, 0]]).sum(axis=0)
    across /= np.linalg.norm(across)
    up = upright[_FOREHEAD] - upright[_CHIN]
    up -= across * (across @ up)
    up /= np.linalg.norm(up)
    ahead = np.cross(across, up)
    yaw = np.arctan2(ahead[0], ahead[2])
    pitch = np.arcsin(np.clip(ahead[1], -1, 1))
    roll = np.arctan2(across[1], up[1])
    return tuple(float(angle) for angle in np.degrees([yaw, pitch, roll]))


def eyes_open(points: np.ndarray) -> float:
    """Mean eye aspect ratio of both eyes.

    T. Soukupova and J. Cech: "Real-Time Eye Blink Detection using Facial Landmarks", 21st Computer Vision Winter
    Workshop, 2016: (|p2 - p6| + |p3 - p5|) / (2 |p1 - p4|). With the depth of the points, which they did not have: of a
    head turned by 45 degrees the eyes look narrow, and without depth it rises from 0.25 to 0.5.
    """
    return (_eye_aspect_ratio(points[list(_RIGHT_EYE)]) + _eye_aspect_ratio(points[list(_LEFT_EYE)])) / 2


def mouth_open(points: np.ndarray) -> float:
    """Mean height of the opening between the lips at three places / its width."""
    heights = np.linalg.norm(points[_LIPS[:, 0]] - points[_LIPS[:, 1]], axis=1)
    right, left = points[list(_MOUTH_CORNERS)]
    return float(heights.mean() / np.linalg.norm(left - right))


def _eye_aspect_ratio(eye: np.ndarray) -> float:
    """Of the (6, 3) points p1 to p6."""
    heights = np.linalg.norm(eye[1] - eye[5]) + np.linalg.norm(eye[2] - eye[4])
    return float(heights / (2 * np.linalg.norm(eye[0] - eye[3])))
