namespace DetrPerfLab.Vision;

/// <summary>Signs that a model is not used as it was trained: its figures would be those of a mistake.</summary>
static class DetectionAlarms
{
    const int Many = 200; // detections, below which any of these may happen by chance
    const double LowAp = 0.01, LowScore = 0.05, Outside = 0.25, ShareOutside = 0.5;

    /// <summary>One sentence a sign, each with what to check.</summary>
    internal static IEnumerable<string> Of(CocoEvaluation evaluation, CocoDetections detections, CocoGroundTruth truth, ModelUse use)
    {
        if (detections.Count < Many) { yield break; }
        var highest = detections.Items.Max(d => d.Score);
        if (evaluation.Summary.Ap < LowAp)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"AP is {evaluation.Summary.Ap:F4} with {detections.Count} detections: {Check(use)}");
        }

        if (highest <= LowScore) { yield return LowScores(highest, use); }
        if (truth.Categories.Count > 1 && detections.Items.DistinctBy(d => d.CategoryId).Take(2).Count() == 1 && truth.Annotations.DistinctBy(a => a.CategoryId).Take(2).Count() > 1)
        {
            yield return $"All {detections.Count} detections are of one class: {Check(use)}";
        }

        var sizes = truth.Images.Where(i => i.Size != default).ToDictionary(i => i.Id, i => i.Size);
        var sure = detections.Items.Where(d => d.Score >= highest / 2 && sizes.ContainsKey(d.ImageId)).ToList();
        var outside = sure.Count(d => IsOutside(d.Box, sizes[d.ImageId]));
        if (sure.Count > 0 && outside > ShareOutside * sure.Count)
        {
            yield return $"{outside} of the {sure.Count} surest boxes reach far beyond the image: the model may give boxes in another form than {use.Family} ({use.FamilySource}); --family decides.";
        }

        if (sure.Count > 0 && sure.All(d => d.Box.Width < 2 && d.Box.Height < 2))
        {
            yield return $"The {sure.Count} surest boxes are smaller than 2 pixels: the model may give boxes as fractions of the image; --family decides (now {use.Family}).";
        }
    }

    internal static string LowScores(double highest, ModelUse use) => string.Create(CultureInfo.InvariantCulture, $"No score exceeds {highest:F3}: {Check(use)}");

    static string Check(ModelUse use) => $"check the family ({use.Family}, said by {use.FamilySource}: --family), what pictures become ({use.Picture.Describe()}; {use.PictureSource}: --mean, --std, --scale, "
        + $"--channel-order, --input-size) and the class names ({use.Classes.Source}: --labels).";

    /// <summary>Whether a corner lies further outside than a quarter of the image's side; a box may leave the image by a little.</summary>
    static bool IsOutside(in CocoBox box, ImageSize image) =>
        box.X < -Outside * image.Width || box.Y < -Outside * image.Height || box.X + box.Width > (1 + Outside) * image.Width || box.Y + box.Height > (1 + Outside) * image.Height;
}
