namespace DetrPerfLab.Cli;

/// <summary>Judges mixes by average precision on a labelled dataset; calibrates once for all of them.</summary>
sealed class ApSearch(string modelPath, StaticOptions options, CalibrationImages images, CocoDataset dataset, DetectorOptions detector)
{
    const int MostTrials = 24;

    internal KeepList Run(SensitivityTable table, double targetLoss, Action<long, long> progress)
    {
        var folder = Directory.CreateTempSubdirectory("detrlab-mix-");
        try
        {
            var model = OnnxFile.Load(modelPath);
            var reference = Ap(modelPath);
            var ranges = SensitivityAnalysis.Ranges(new OrtCalibrationRunner(), model, images, options);
            var trials = 0;
            return KeepListSearch.Search(
                table.Groups, targetLoss,
                kept =>
                {
                    progress(++trials, MostTrials);
                    var plan = options.Plan.With(NodePrecision.Float, table.Groups.Where(g => kept.Contains(g.Group)).SelectMany(g => g.Nodes), "tried");
                    var path = Path.Combine(folder.FullName, "mix.onnx");
                    OnnxFile.Save(SensitivityAnalysis.Mix(model, options with { Plan = plan }, ranges), path);
                    return reference - Ap(path);
                },
                MostTrials);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    double Ap(string path)
    {
        using var engine = new OrtEngine(path);
        return DatasetEvaluator.Evaluate(engine, dataset, detector).Evaluation.Summary.Ap
            ?? throw LabError.Calibration("the dataset has no object to find", "labelled objects", "Name another folder with --coco.");
    }
}
