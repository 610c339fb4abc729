using static TorchSharp.torch;

namespace DetrPerfLab.Training;

/// <summary>Batches of scenes as a model takes them. Which scenes a step sees, and how they are changed, follows from seed and step alone, so that an interrupted run goes on with the same.</summary>
sealed class SceneBatches
{
    const int Plane = Scene.Side * Scene.Side;

    // ImageNet's, as every DETR of the lab is fed.
    static readonly float[] s_mean = [0.485f, 0.456f, 0.406f], s_deviation = [0.229f, 0.224f, 0.225f];

    readonly ulong _seed;
    readonly (byte[] Pixels, Targets Targets)[] _scenes;

    /// <summary>Draws the scenes, each as it comes from its JPEG file.</summary>
    internal SceneBatches(ulong seed, int scenes, Action<long, long> progress, CancellationToken stop)
    {
        _seed = seed;
        _scenes = new (byte[], Targets)[scenes];
        var done = 0;
        Parallel.For(0, scenes, new ParallelOptions { CancellationToken = stop }, i =>
        {
            var scene = SceneGenerator.Create(seed, i);
            var picture = new RgbImage();
            new ImageDecoder().Decode(scene.ToJpeg(), "scene", picture);
            _scenes[i] = (picture.Pixels.ToArray(), new(
                [.. scene.Objects.Select(o => (int)o.Shape)],
                [.. scene.Objects.SelectMany(o => (float[])[(o.X1 + o.X2) / 2 / Scene.Side, (o.Y1 + o.Y2) / 2 / Scene.Side, (o.X2 - o.X1) / Scene.Side, (o.Y2 - o.Y1) / Scene.Side])]));
            lock (_scenes) { progress(++done, scenes); }
        });
    }

    /// <summary>Pictures float32 [size, 3, side, side], which the caller disposes of, and what is on them.</summary>
    internal (Tensor Pictures, IReadOnlyList<Targets> Targets) Batch(long step, int size)
    {
        var random = DeterministicRandom.Stream(_seed ^ 0xBA7C4, (int)step);
        var data = new float[size * 3 * Plane];
        var targets = new Targets[size];
        var picks = Enumerable.Range(0, size).Select(_ => (Scene: random.Next(_scenes.Length), Turn: new Turn(random.Next(8)), Light: 0.8f + (0.4f * (float)random.NextDouble()), Order: random.Next(6))).ToArray();
        Parallel.For(0, size, i =>
        {
            var (pixels, truth) = _scenes[picks[i].Scene];
            Fill(pixels, picks[i].Turn, picks[i].Light, picks[i].Order, data.AsSpan(i * 3 * Plane, 3 * Plane));
            targets[i] = truth with { Boxes = [.. truth.Boxes.Chunk(4).SelectMany(picks[i].Turn.Of)] };
        });
        return (tensor(data, [size, 3, Scene.Side, Scene.Side]), targets);
    }

    /// <summary>Turned or mirrored, darker or brighter, the three colours in another order: things stay what they are.</summary>
    static void Fill(byte[] pixels, Turn turn, float light, int order, Span<float> into)
    {
        ReadOnlySpan<int> channels = order switch { 0 => [0, 1, 2], 1 => [0, 2, 1], 2 => [1, 0, 2], 3 => [1, 2, 0], 4 => [2, 0, 1], _ => [2, 1, 0] };
        for (var c = 0; c < 3; c++)
        {
            var (scale, shift) = (light / 255 / s_deviation[c], s_mean[c] / s_deviation[c]);
            for (var y = 0; y < Scene.Side; y++)
            {
                for (var x = 0; x < Scene.Side; x++)
                {
                    var (column, row) = turn.From(x, y);
                    into[(c * Plane) + (y * Scene.Side) + x] = (pixels[(((row * Scene.Side) + column) * 3) + channels[c]] * scale) - shift;
                }
            }
        }
    }

    /// <summary>One of the eight ways to lay a square picture.</summary>
    internal readonly record struct Turn(int Which)
    {
        bool MirrorsColumns => (Which & 1) != 0;
        bool MirrorsRows => (Which & 2) != 0;
        bool Swaps => (Which & 4) != 0;

        /// <summary>Where a pixel comes from.</summary>
        internal (int Column, int Row) From(int x, int y)
        {
            if (Swaps) { (x, y) = (y, x); }
            return (MirrorsColumns ? Scene.Side - 1 - x : x, MirrorsRows ? Scene.Side - 1 - y : y);
        }

        /// <summary>Where a box (cx, cy, w, h) goes.</summary>
        internal float[] Of(float[] box)
        {
            var (x, y) = (MirrorsColumns ? 1 - box[0] : box[0], MirrorsRows ? 1 - box[1] : box[1]);
            return Swaps ? [y, x, box[3], box[2]] : [x, y, box[2], box[3]];
        }
    }
}
