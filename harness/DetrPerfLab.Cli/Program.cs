using DetrPerfLab.Cli;

return LabCommand.Run(args, Console.Out, Console.Error);
