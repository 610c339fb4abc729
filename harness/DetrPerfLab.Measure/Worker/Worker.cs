namespace DetrPerfLab.Measure;

/// <summary>The other end of <see cref="WorkerProcess"/>: answers questions about one variant until nobody asks any more.</summary>
public static class Worker
{
    /// <summary>Serves until the questions end, as they do when whoever asks is gone, or until one cannot be answered.</summary>
    public static ExitCode Serve(TextReader questions, TextWriter answers, Func<WorkerRequest, CaseWork> open)
    {
        MeasuredCase? measured = null;
        var turnMs = 0.0;
        try
        {
            while (questions.ReadLine() is { } line)
            {
                var answer = Answer(WorkerLine.Read<WorkerQuestion>(line), ref measured, ref turnMs, open);
                WorkerLine.Send(answers, answer);
                if (answer.Failure is not null) { return answer.Code; }
            }

            return ExitCode.Done;
        }
        finally
        {
            measured?.Dispose();
        }
    }

    static WorkerAnswer Answer(WorkerQuestion question, ref MeasuredCase? measured, ref double turnMs, Func<WorkerRequest, CaseWork> open)
    {
        try
        {
            if (question.Open is { } request)
            {
                measured = new(open(request));
                turnMs = request.TurnMs;
                measured.WarmUp(MeasuredCase.WarmUpRule with { CapMs = request.WarmUpCapMs });
                return new(measured.Known, ProcessMemory.TryResetPeak());
            }

            if (question.SampleAfter is { } untimedRuns) { return new(Sample: measured!.Measure(untimedRuns, turnMs)); }
            if (question.Run is not { } runs) { return new(End: End(measured!)); }
            measured!.RunUntimed(runs);
            return new(measured.Known);
        }
        catch (Exception mistake)
        {
            // An engine's, perhaps; the others go on.
            return new(Failure: LabError.ReasonOf(mistake), Code: (mistake as LabException)?.ExitCode ?? ExitCode.CheckFailed);
        }
    }

    static WorkerEnd End(MeasuredCase measured)
    {
        AuditReplay? audit;
        try
        {
            audit = measured.EndAudit();
        }
        catch (Exception wrong)
        {
            return new() { AuditFailure = LabError.ReasonOf(wrong) }; // an engine that fails here too has no samples to trust
        }

        var (memory, failure) = measured.TryMeasureMemory();
        return new() { Audit = audit, Memory = memory, MemoryFailure = failure };
    }
}
