import type { components } from '@/api/schema.gen';

type Schemas = components['schemas'];

export type Session = Schemas['Session'];
export type SessionReceiver = Schemas['SessionReceiver'];
export type SessionPage = Schemas['SessionPage'];
export type SessionCounts = Schemas['SessionCounts'];
export type SessionChanges = Schemas['SessionChanges'];
export type SessionWithMessages = Schemas['SessionWithMessages'];
export type CreateSessionRequest = Schemas['CreateSessionRequest'];
export type Agent = Schemas['ListedAgent'];
export type Message = Schemas['Message'];
export type ToolStep = Schemas['ToolStep'];
export type Attachment = Schemas['Attachment'];
export type MessagePage = Schemas['BranchPage'];
export type TelegramLinks = Schemas['TelegramLinks'];
export type ChannelLink = Schemas['ChannelLink'];
export type Schedule = Schemas['Schedule'];
export type ScheduledRun = Schemas['Run'];
export type SchedulePreview = Schemas['SchedulePreview'];
export type CreateScheduleRequest = Schemas['CreateScheduleRequest'];
export type UpdateScheduleRequest = Schemas['UpdateScheduleRequest'];
export type PublicConfig = Schemas['PublicConfig'];
export type ImportEvent = Schemas['ImportEvent'];
export type ImportReport = Schemas['ImportReport'];
export type Problem = Schemas['Problem'];
export type Channel = Session['channel'];
