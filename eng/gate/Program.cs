// An example of a program that `detrlab gate --base-command … --head-command …` compares: load once, then serve.
// Yours copies harness/DetrPerfLab.Measure/Gate/GateProtocol.cs and puts its own pipeline in the place of the blur.
using DetrPerfLab.Measure;

const int Side = 256;
var radius = args.Length > 0 ? int.Parse(args[0]) : 8;
var image = new float[Side * Side];
var random = new Random(1);
foreach (ref var pixel in image.AsSpan()) { pixel = random.NextSingle(); }
var blurred = new float[image.Length];

GateProtocol.Serve(Blur, () => [new("brightness", Math.Round(blurred.Average(), 4))]);

void Blur()
{
    for (var y = 0; y < Side; y++)
    {
        for (var x = 0; x < Side; x++)
        {
            var (sum, count) = (0f, 0);
            for (var i = Math.Max(0, x - radius); i <= Math.Min(Side - 1, x + radius); i++) { (sum, count) = (sum + image[(y * Side) + i], count + 1); }
            blurred[(y * Side) + x] = sum / count;
        }
    }
}
