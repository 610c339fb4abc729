namespace DetrPerfLab.Measure;

/// <summary>The other end of <see cref="BenchProcess"/>: answers questions about one variant until nobody asks any more.</summary>
public static class BenchWorker
{
    /// <summary>Serves until the questions end, as they do when whoever asks is gone, or until one cannot be answered.</summary>
    /// <param name="questions">One a line.</param>
    /// <param name="answers">One a line.</param>
    /// <param name="setup">Makes the case of a request.</param>
    public static ExitCode Serve(TextReader questions, TextWriter answers, Func<BenchRequest, InferenceCaseSetup> setup)
    {
        InferenceCase? inference = null;
        try
        {
            while (questions.ReadLine() is { } line)
            {
                var answer = Answer(WorkerLine.Read<WorkerQuestion>(line), ref inference, setup);
                answers.WriteLine(WorkerLine.Mark + WorkerLine.Write(answer));
                answers.Flush();
                if (answer.Failure is not null) { return answer.Code; }
            }

            return ExitCode.Done;
        }
        finally
        {
            inference?.Dispose();
        }
    }

    static WorkerAnswer Answer(WorkerQuestion question, ref InferenceCase? inference, Func<BenchRequest, InferenceCaseSetup> setup)
    {
        try
        {
            if (question.Open is { } request)
            {
                inference = new(setup(request));
                return new(Facts: inference.WarmUp(MeasuredCase.WarmUpRule with { CapMs = request.WarmUpCapMs }));
            }

            if (question.TurnAfter is { } untimedRuns) { return new(Turn: inference!.Measured.Measure(untimedRuns)); }
            return new(End: End(inference!));
        }
        catch (Exception mistake)
        {
            // An engine's, perhaps; the others go on.
            return new(Failure: LabError.ReasonOf(mistake), Code: (mistake as LabException)?.ExitCode ?? ExitCode.CheckFailed);
        }
    }

    static BenchEnd End(InferenceCase inference)
    {
        AuditReplay? audit;
        try
        {
            audit = inference.Measured.EndAudit();
        }
        catch (Exception wrong)
        {
            return new() { AuditFailure = LabError.ReasonOf(wrong) }; // an engine that fails here too has no samples to trust
        }

        try
        {
            return new() { Audit = audit, Memory = inference.MeasureMemory() };
        }
        catch (Exception reason)
        {
            return new() { Audit = audit, MemoryFailure = LabError.ReasonOf(reason) };
        }
    }
}
