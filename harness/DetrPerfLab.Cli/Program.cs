using DetrPerfLab.Cli;

FaultLog.CatchThoseOfThreads();
using var interruption = new Interruption(args.FirstOrDefault());
return LabCommand.Run(args, Console.Out, Console.Error, interruption.Token);
